import { createHash, timingSafeEqual } from 'node:crypto';
import { type Principal, refuse, type Refusal } from '#contracts';
import type { ApiKeyRepository, ApiKeyRow } from '#store';
import type { Clock } from './clock.js';

/** Tells who asks. */
export interface Authenticator {
  /** `header` is the value of `Authorization`. */
  readonly authenticate: (header: string | undefined) => Promise<Principal | Refusal>;
}

/** How long a key is taken as known: a revoked key works this much longer, and a node's batches cost no query each. */
const KNOWN_MS = 5_000;
/** Keys remembered; beyond it the oldest is forgotten and looked up again. One per node of a large fleet. */
const KNOWN_MAX = 20_000;
const BEARER = /^Bearer ([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{1,256})$/i;

/** SHA-256, hex, of a key's secret: what is stored of it. */
export const secretHashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

const isSecret = (row: ApiKeyRow, secret: string): boolean =>
  timingSafeEqual(Buffer.from(row.secretHash, 'hex'), Buffer.from(secretHashOf(secret), 'hex'));

const principalOf = ({ keyId, name, role, nodeId }: ApiKeyRow): Principal => ({
  keyId,
  name,
  role,
  nodeId: nodeId ?? undefined,
});

/**
 * API keys: `Authorization: Bearer <keyId>.<secret>`. The id finds the row, the secret is compared in constant time with its hash.
 * The same answer for an unknown id, a wrong secret and a revoked key: nobody learns which ids exist.
 */
export const createAuthenticator = (keys: ApiKeyRepository, clock: Clock): Authenticator => {
  const known = new Map<string, { readonly row: ApiKeyRow; readonly untilMs: number }>();
  const find = async (keyId: string): Promise<ApiKeyRow | undefined> => {
    const kept = known.get(keyId);
    if (kept !== undefined && clock.nowMs() < kept.untilMs) return kept.row;
    known.delete(keyId);
    const row = await keys.findByKeyId(keyId);
    if (row === undefined) return undefined;
    const oldest = known.size >= KNOWN_MAX ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    known.set(keyId, { row, untilMs: clock.nowMs() + KNOWN_MS });
    return row;
  };
  return {
    authenticate: async (header) => {
      if (header === undefined) return refuse('KEY_MISSING', 'send Authorization: Bearer <keyId>.<secret>');
      const [, keyId, secret] = BEARER.exec(header) ?? [];
      if (keyId === undefined || secret === undefined)
        return refuse('KEY_UNKNOWN', 'expected Authorization: Bearer <keyId>.<secret>');
      const row = await find(keyId);
      if (row === undefined || !isSecret(row, secret) || row.revoked)
        return refuse('KEY_UNKNOWN', 'the API key is not known or was revoked');
      return principalOf(row);
    },
  };
};
