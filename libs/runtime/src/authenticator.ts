import { createHash, timingSafeEqual } from 'node:crypto';
import { grantsOf, type Permission, type Principal, type PrincipalRole, refuse, type Refusal } from '#contracts';
import type { ApiKeyRepository, ApiKeyRow } from '#store';
import type { Clock } from './clock.js';
import type { TokenReader } from './oidc.js';

/** Tells who asks. */
export interface Authenticator {
  /**
   * `header` is the value of `Authorization`. Who is about to act is known by what the database says now: with `isToAct` a key that was
   * known is not taken for known while it does not answer.
   */
  readonly authenticate: (header: string | undefined, isToAct?: boolean) => Promise<Principal | Refusal>;
}

/** How long a key is taken as known: a revoked key works this much longer, and a node's batches cost no query each. */
const KNOWN_MS = 5_000;
/**
 * While the database does not answer, a key that was known is taken as known for this long, for what is no act: a fleet goes on
 * reporting, and is paged about.
 * One that was revoked by whom the database answered is refused an hour later at most.
 */
const KNOWN_AWAY_MS = 3_600_000;
/** How long a known key waits for the database: a hung one must not hold the telemetry of a second. */
const ANSWER_MS_MAX = 500;
/** Keys remembered; beyond it the oldest is forgotten and looked up again. One per node of a large fleet. */
const KNOWN_MAX = 20_000;
/** An API key has one dot, a token (RFC 7515) two; one that is not signed ends with its second. */
const TOKEN = /^Bearer ([A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*)$/i;
const BEARER = /^Bearer ([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{1,256})$/i;

/** SHA-256, hex, of a key's secret: what is stored of it. */
export const secretHashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

interface KnownKey {
  readonly row: ApiKeyRow;
  /** Until then nobody asks. */
  readonly untilMs: number;
  /** When the database said so. */
  readonly seenAtMs: number;
}

const isSecret = (row: ApiKeyRow, secret: string): boolean =>
  timingSafeEqual(Buffer.from(row.secretHash, 'hex'), Buffer.from(secretHashOf(secret), 'hex'));

/** What a key may do: the part of its role's that it was cut to. A role that grants less than when the key was made takes it away. */
const permissionsOf = (role: PrincipalRole, scopes: ApiKeyRow['scopes']): readonly Permission[] => {
  const granted = grantsOf(role);
  return scopes === null ? granted : granted.filter((each) => scopes.includes(each));
};

/** Of a name in an actor, `incident_commander:<name>`: an event takes 200 characters of it, and a key's name may have as many. */
const NAME_CHARS_MAX = 150;

const principalOf = ({ keyId, name, role, nodeId, scopes, expiresAt }: ApiKeyRow): Principal => ({
  keyId,
  subject: `key:${keyId}`,
  name: name.slice(0, NAME_CHARS_MAX),
  role,
  roles: [role],
  permissions: permissionsOf(role, scopes),
  nodeId: nodeId ?? undefined,
  ...(expiresAt === null ? {} : { expiresAtMs: expiresAt }),
});

/**
 * API keys: `Authorization: Bearer <keyId>.<secret>`. The id finds the row, the secret is compared in constant time with its hash.
 * The same answer for an unknown id, a wrong secret and a revoked key: nobody learns which ids exist. Tokens are told apart by their form,
 * and read where it is said whose are taken.
 */
export const createAuthenticator = (keys: ApiKeyRepository, clock: Clock, readToken?: TokenReader): Authenticator => {
  const known = new Map<string, KnownKey>();
  const keep = (keyId: string, key: KnownKey): void => {
    known.delete(keyId);
    const oldest = known.size >= KNOWN_MAX ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    known.set(keyId, key);
  };
  const look = async (keyId: string): Promise<ApiKeyRow | undefined> => {
    const row = await keys.findByKeyId(keyId);
    const nowMs = clock.nowMs();
    if (row === undefined) known.delete(keyId);
    else keep(keyId, { row, untilMs: nowMs + KNOWN_MS, seenAtMs: nowMs });
    return row;
  };
  /** What the database says, or what it said last, when it does not answer. */
  const lookAgain = async (keyId: string, kept: KnownKey): Promise<ApiKeyRow | undefined> => {
    const answered = new AbortController();
    const away = (): ApiKeyRow => {
      const newest = known.get(keyId) ?? kept;
      if (newest === kept) keep(keyId, { ...kept, untilMs: clock.nowMs() + KNOWN_MS });
      return newest.row;
    };
    const looked = look(keyId)
      .catch(away)
      .finally(() => answered.abort());
    const bound = clock.sleep(ANSWER_MS_MAX, answered.signal).then(() => (answered.signal.aborted ? looked : away()));
    return Promise.race([looked, bound]);
  };
  const find = async (keyId: string, isToAct: boolean): Promise<ApiKeyRow | undefined> => {
    const kept = known.get(keyId);
    const nowMs = clock.nowMs();
    if (isToAct) return kept !== undefined && nowMs < kept.seenAtMs + KNOWN_MS ? kept.row : look(keyId);
    if (kept !== undefined && nowMs < kept.untilMs) return kept.row;
    return kept !== undefined && nowMs < kept.seenAtMs + KNOWN_AWAY_MS ? lookAgain(keyId, kept) : look(keyId);
  };
  return {
    authenticate: async (header, isToAct = false) => {
      if (header === undefined) return refuse('KEY_MISSING', 'send Authorization: Bearer <keyId>.<secret>');
      const token = TOKEN.exec(header)?.[1];
      if (token !== undefined)
        return readToken?.(token) ?? refuse('TOKEN_INVALID', 'no tokens are taken here: OIDC_ISSUER is not set');
      const [, keyId, secret] = BEARER.exec(header) ?? [];
      if (keyId === undefined || secret === undefined)
        return refuse('KEY_UNKNOWN', 'expected Authorization: Bearer <keyId>.<secret>');
      const row = await find(keyId, isToAct);
      if (row === undefined || !isSecret(row, secret) || row.revoked)
        return refuse('KEY_UNKNOWN', 'the API key is not known or was revoked');
      // Compared at every use: an end that was known needs no look at the database, which may be away.
      if (row.expiresAt !== null && clock.nowMs() >= row.expiresAt)
        return refuse('KEY_EXPIRED', `it was over at ${new Date(row.expiresAt).toISOString()}`);
      return principalOf(row);
    },
  };
};
