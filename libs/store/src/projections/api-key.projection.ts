import { projection } from './projection.js';

/** A key is created once and may be revoked, for good. */
export const apiKeyProjection = projection(['api_key'], {
  ApiKeyCreated: (tx, { keyId, name, role, nodeId, secretHash, scopes, expiresAt, createdBy }) =>
    tx.query(
      `insert into api_key (key_id, name, role, node_id, secret_hash, revoked, scopes, expires_at, created_by)
       values ($1, $2, $3, $4, $5, false, $6, $7, $8)`,
      [keyId, name, role, nodeId ?? null, secretHash, scopes ?? null, expiresAt ?? null, createdBy ?? null],
    ),
  ApiKeyRevoked: (tx, { keyId }) => tx.query('update api_key set revoked = true where key_id = $1', [keyId]),
});
