import { createLocalJWKSet, errors, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { post } from '#outgoing';
import type { Clock } from './clock.js';
import type { OidcSettings } from './oidc.config.js';

/** Keys are asked for again after this long: one that the issuer took away works so much longer, and ten minutes is what jose takes, too. */
const FRESH_MS = 600_000;
/** An unknown key makes nobody ask again sooner: whoever invents key ids must not make us call the issuer as often as he likes. */
const COOLDOWN_MS = 30_000;
/** After an issuer that did not answer it is asked again sooner: until it does, nobody new comes in. */
const RETRY_MS = 5_000;
/** How long a caller waits for the issuer: one that hangs must not hold requests for long. */
const ANSWER_MS_MAX = 3_000;
/** A set of ten RSA keys with their certificates has some 30 KiB. */
const BYTES_MAX = 262_144;

const discoverySchema = z.looseObject({ issuer: z.string(), jwks_uri: z.url() });

/** What an issuer's keys are found with. */
export interface JwksParts {
  readonly settings: Pick<OidcSettings, 'issuer' | 'jwksUrl'>;
  readonly clock: Clock;
  /** Told when the issuer does not answer, or not with keys. */
  readonly onError: (error: unknown) => void;
}

/** The issuer may be in a private network: whoever sets OIDC_ISSUER says so by that. */
const ALLOWS_PRIVATE = true;

const readJson = async (url: string, { sleep }: Pick<Clock, 'sleep'>): Promise<unknown> => {
  const [answered, late] = [new AbortController(), new AbortController()];
  void sleep(ANSWER_MS_MAX, answered.signal).then(() => late.abort());
  const question = { url: new URL(url), method: 'GET', headers: { accept: 'application/json' }, body: '' } as const;
  const bounds = { timeoutMs: ANSWER_MS_MAX, answerBytesMax: BYTES_MAX };
  const answer = await post({ ...question, ...bounds }, [], late.signal, ALLOWS_PRIVATE);
  answered.abort();
  if (answer.kind !== 'answered') throw new Error(`read ${url}: ${answer.kind}: ${answer.detail}`);
  if (answer.status !== 200 || answer.isCut) throw new Error(`read ${url}: status ${answer.status}, or cut`);
  return JSON.parse(answer.detail) as unknown;
};

/** Where the keys are: as it was told, else where the issuer says, which must say so of itself (OpenID Connect Discovery 1.0 §4.3). */
const locate = async ({ issuer, jwksUrl }: JwksParts['settings'], clock: Clock): Promise<string> => {
  if (jwksUrl !== undefined) return jwksUrl;
  const told = discoverySchema.parse(
    await readJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, clock),
  );
  if (told.issuer !== issuer) throw new Error(`${issuer} says that it is ${told.issuer}`);
  if (new URL(told.jwks_uri).protocol !== new URL(issuer).protocol)
    throw new Error(`${issuer} names keys at ${told.jwks_uri}`);
  return told.jwks_uri;
};

const isUnknownKey = (error: unknown): boolean => error instanceof errors.JWKSNoMatchingKey;

/**
 * The keys that an issuer signs with, by their ids. While it does not answer, keys that are known stay good, and one that is not known is
 * refused. jose's own remote set forgets what it knows once that is old, and reads the machine's clock; hence this one.
 */
export const openJwks = ({ settings, clock, onError }: JwksParts): JWTVerifyGetKey => {
  let known: ReturnType<typeof createLocalJWKSet> | undefined;
  let url: string | undefined;
  let askAgainAtMs = Number.NEGATIVE_INFINITY;
  let staleAtMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;
  const ask = async (): Promise<void> => {
    try {
      url ??= await locate(settings, clock);
      known = createLocalJWKSet((await readJson(url, clock)) as Parameters<typeof createLocalJWKSet>[0]);
      [askAgainAtMs, staleAtMs] = [clock.nowMs() + COOLDOWN_MS, clock.nowMs() + FRESH_MS];
    } catch (error) {
      // It may have moved them: where they are is asked again as well.
      url = undefined;
      askAgainAtMs = staleAtMs = clock.nowMs() + RETRY_MS;
      onError(error);
    }
  };
  /** Asks the issuer unless it was asked just now; whoever comes meanwhile waits for the same answer. */
  const look = (): Promise<void> => {
    if (asking === undefined && clock.nowMs() < askAgainAtMs) return Promise.resolve();
    return (asking ??= ask().finally(() => (asking = undefined)));
  };
  const find: JWTVerifyGetKey = async (header, token) => {
    if (known === undefined) throw new errors.JWKSNoMatchingKey();
    return known(header, token);
  };
  return async (header, token) => {
    if (known === undefined) await look();
    else if (clock.nowMs() >= staleAtMs) void look();
    try {
      return await find(header, token);
    } catch (error) {
      if (!isUnknownKey(error)) throw error;
      await look();
      return find(header, token);
    }
  };
};
