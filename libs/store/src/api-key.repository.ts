import type { Permission, PrincipalRole } from '#contracts';
import type { Queryable } from './database.js';

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

/** Reads API keys. */
export interface ApiKeyRepository {
  /** Revoked ones too: the caller refuses them. */
  readonly findByKeyId: (keyId: string) => Promise<ApiKeyRow | undefined>;
  readonly list: () => Promise<readonly ApiKeyRow[]>;
}

/** Most keys one list gives, by id: one per node of a large fleet. */
const KEYS_MAX = 20_000;

const SELECT = `
  select key_id as "keyId", name, role, node_id as "nodeId", secret_hash as "secretHash", revoked,
    scopes, expires_at as "expiresAt", created_by as "createdBy" from api_key`;

/** API keys in PostgreSQL. */
export const createApiKeyRepository = (database: Queryable): ApiKeyRepository => ({
  findByKeyId: async (keyId) => (await database.query<ApiKeyRow>(`${SELECT} where key_id = $1`, [keyId]))[0],
  list: () => database.query<ApiKeyRow>(`${SELECT} order by key_id limit $1`, [KEYS_MAX]),
});
