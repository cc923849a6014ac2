import { projection } from './projection.js';

/** A key of a node is issued once and may be revoked, for good. */
export const nodeKeyProjection = projection(['node_key'], {
  NodeKeyIssued: (tx, { keyId, nodeId, at }, { position }) =>
    tx.query('insert into node_key (key_id, node_id, issued_at, changed_position) values ($1, $2, $3, $4)', [
      keyId,
      nodeId,
      at,
      position,
    ]),
  NodeKeyRevoked: (tx, { keyId, effectiveAt }, { position }) =>
    tx.query('update node_key set revoked_at = $2, changed_position = $3 where key_id = $1', [
      keyId,
      effectiveAt,
      position,
    ]),
});
