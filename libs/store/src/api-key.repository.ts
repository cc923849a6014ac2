import type { Permission, PrincipalRole } from '#contracts';
import type { Queryable } from './database.js';
import { createList, type List, type Order } from './keyset.js';

/** An API key; the secret itself is kept nowhere. */
export interface ApiKeyRow {
  readonly keyId: string;
  readonly name: string;
  readonly role: PrincipalRole;
  /** The only node a `node` key speaks for. */
  readonly nodeId: string | null;
  /** SHA-256, hex. */
  readonly secretHash: string;
  readonly revoked: boolean;
  /** The part of what its role grants that it may do; null: all of it. */
  readonly scopes: readonly Permission[] | null;
  /** When it is over, ms since the epoch; null: not by itself. */
  readonly expiresAt: number | null;
  /** The actor who made it; null: made before that was recorded. */
  readonly createdBy: string | null;
}

/** Which API keys. */
export interface ApiKeyFilter {
  readonly role?: PrincipalRole | undefined;
  readonly revoked?: boolean | undefined;
}

/** Reads API keys; by id in lists. */
export interface ApiKeyRepository extends List<ApiKeyRow, ApiKeyFilter> {
  /** Revoked ones too: the caller refuses them. */
  readonly findByKeyId: (keyId: string) => Promise<ApiKeyRow | undefined>;
}

/** API keys, each with the hash of its secret. */
export const SELECT_API_KEYS = `
  select key_id as "keyId", name, role, node_id as "nodeId", secret_hash as "secretHash", revoked,
    scopes, expires_at as "expiresAt", created_by as "createdBy" from api_key`;

const ORDER: Order<ApiKeyRow> = {
  list: 'keys',
  columns: [{ sql: 'key_id', kind: 'text', of: (row) => row.keyId }],
};

/** API keys in PostgreSQL. */
export const createApiKeyRepository = (database: Queryable): ApiKeyRepository => ({
  findByKeyId: async (keyId) => (await database.query<ApiKeyRow>(`${SELECT_API_KEYS} where key_id = $1`, [keyId]))[0],
  ...createList<ApiKeyRow, ApiKeyFilter>(database, ORDER, ({ role, revoked }) => ({
    select: SELECT_API_KEYS,
    where: '($1::text is null or role = $1) and ($2::boolean is null or revoked = $2)',
    values: [role ?? null, revoked ?? null],
  })),
});
