import { createHash } from 'node:crypto';
import { errors, type JWTPayload, type JWTHeaderParameters, jwtVerify } from 'jose';
import {
  grantsOf,
  type Principal,
  PRINCIPAL_ROLES,
  type PrincipalRole,
  refuse,
  type Refusal,
  SUBJECT_CHARS_MAX,
} from '#contracts';
import type { Clock } from './clock.js';
import { openJwks } from './jwks.js';
import type { OidcSettings } from './oidc.config.js';

/** What a token may be signed with, whatever it says: asymmetric alone, so that no published key is ever a secret; never `none`. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'];
/** A token is taken for so long after it was made, whatever its `exp`: one that was stolen is worth a quarter of an hour. */
export const TOKEN_AGE_S_MAX = 900;
/** How far the issuer's clock may be from ours. */
const SKEW_S = 5;
/** A token with a hundred groups has some 4,000 characters; all headers of a request have 16 KiB. */
const TOKEN_CHARS_MAX = 8_192;
/** OpenID Connect Core 1.0 §2. */
const SUB_CHARS_MAX = 255;
/** Of a name as it is shown: an actor has 200 with its role. */
const NAME_CHARS_MAX = 150;
/** Groups of one token that are looked at; more are cut off, as issuers themselves do. */
const GROUPS_MAX = 1_000;

/** Roles in the order in which the first of several is shown: rank first, then those who only approve, then machines. */
const SHOWN_FIRST: readonly PrincipalRole[] = [
  'admin',
  'incident_commander',
  'operator',
  'engineering_vp',
  'customer_success_vp',
  'viewer',
  ...PRINCIPAL_ROLES,
];

/** `typ` of what may be an access token: RFC 9068 §4, or nothing said. Others are of log-outs, of security events, of proofs. */
const TYPES: ReadonlySet<string> = new Set(['', 'jwt', 'application/jwt', 'at+jwt', 'application/at+jwt']);

/** Claims of ID tokens alone (OpenID Connect Core 1.0 §2, §3.3.2.11). */
const OF_ID_TOKENS = ['nonce', 'at_hash', 'c_hash'];

/** Reads a bearer token. */
export type TokenReader = (token: string) => Promise<Principal | Refusal>;

/** Why it is no access token, as far as that can be told; undefined: it may be one. */
const otherKind = ({ typ }: JWTHeaderParameters, claims: JWTPayload): string | undefined => {
  const type = (typ ?? '').toLowerCase();
  if (!TYPES.has(type)) return `its typ is ${typ?.slice(0, 50)}`;
  if (type.endsWith('at+jwt')) return undefined;
  // Keycloak and Cognito say so in a claim of their own.
  const { typ: kind = 'Bearer', token_use: use = 'access' } = claims;
  const isOther = kind !== 'Bearer' || use !== 'access' || OF_ID_TOKENS.some((name) => name in claims);
  return isOther ? 'it is an ID token or a refresh token, not an access token' : undefined;
};

const stepInto = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

const groupsIn = (claims: JWTPayload, claim: string): ReadonlySet<unknown> => {
  const value = stepInto(claims, claim) ?? claim.split('.').reduce<unknown>(stepInto, claims);
  return new Set(Array.isArray(value) ? value.slice(0, GROUPS_MAX) : [value]);
};

// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f]/;

const nameIn = ({ preferred_username: username, email, name, sub }: JWTPayload): string => {
  const shown = [username, email, name, sub].find((each) => typeof each === 'string' && each.trim() !== '');
  return String(shown)
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .slice(0, NAME_CHARS_MAX);
};

/** When it is over: at its `exp`, or when it is too old. */
const endOf = ({ exp = 0, iat = 0 }: JWTPayload): number => Math.min(exp, iat + TOKEN_AGE_S_MAX) * 1_000;

const principalOf = (claims: JWTPayload, { issuer, roleClaim, groups }: OidcSettings): Principal | Refusal => {
  const { sub = '' } = claims;
  // jose asks only that it is there: an object would be the same person for everybody.
  if (typeof sub !== 'string' || sub === '' || sub.length > SUB_CHARS_MAX || CONTROLS.test(sub))
    return refuse('TOKEN_INVALID', `its sub has 1 to ${SUB_CHARS_MAX} characters, and none that controls`);
  const held = groupsIn(claims, roleClaim);
  const mapped = new Set(groups.flatMap(([group, role]) => (held.has(group) ? [role] : [])));
  const roles = [...new Set(SHOWN_FIRST)].filter((role) => mapped.has(role));
  const [role] = roles;
  if (role === undefined)
    return refuse(
      'PERMISSION_DENIED',
      `nothing in claim ${roleClaim} of the token is a group that may do anything here`,
    );
  const subject = `oidc:${issuer.replace(/^https?:\/\//, '')}|${sub}`.slice(0, SUBJECT_CHARS_MAX);
  return {
    keyId: `oidc-${createHash('sha256').update(subject).digest('hex').slice(0, 16)}`,
    subject,
    name: nameIn(claims),
    role,
    roles,
    permissions: grantsOf(...roles),
    nodeId: undefined,
    expiresAtMs: endOf(claims),
  };
};

/** In our own words: what jose says of a token may repeat parts of it. */
const refusalOf = (error: unknown): Refusal => {
  if (error instanceof errors.JWTExpired)
    return refuse('TOKEN_EXPIRED', `it is over, or was made more than ${TOKEN_AGE_S_MAX / 60} minutes ago`);
  if (error instanceof errors.JWTClaimValidationFailed)
    return refuse('TOKEN_INVALID', `its ${error.claim} is not what is taken here`);
  if (error instanceof errors.JOSEAlgNotAllowed)
    return refuse('TOKEN_INVALID', `expected a signature by ${ALGORITHMS.join(', ')}`);
  if (error instanceof errors.JWKSNoMatchingKey)
    return refuse('TOKEN_INVALID', 'the key that it names is none of its issuer’s, or that does not answer');
  return refuse('TOKEN_INVALID', 'it is not a token that its issuer signed');
};

/** What tokens are read with. */
export interface TokenParts {
  readonly settings: OidcSettings;
  readonly clock: Clock;
  /** Told when the issuer does not answer, or not with keys. */
  readonly onError: (error: unknown) => void;
}

/**
 * Reads access tokens of one issuer (RFC 9068): signed by one of its keys, for us, in time. The roles of whoever shows it are those of its
 * groups, all together.
 */
export const openTokenReader = ({ settings, clock, onError }: TokenParts): TokenReader => {
  const keyFor = openJwks({ settings, clock, onError });
  return async (token) => {
    if (token.length > TOKEN_CHARS_MAX)
      return refuse('TOKEN_INVALID', `it has ${token.length} characters: at most ${TOKEN_CHARS_MAX}`);
    try {
      const { payload, protectedHeader } = await jwtVerify(token, keyFor, {
        algorithms: ALGORITHMS,
        issuer: settings.issuer,
        audience: settings.audience,
        requiredClaims: ['sub', 'exp', 'iat'],
        maxTokenAge: TOKEN_AGE_S_MAX,
        clockTolerance: SKEW_S,
        currentDate: new Date(clock.nowMs()),
      });
      const other = otherKind(protectedHeader, payload);
      return other === undefined ? principalOf(payload, settings) : refuse('TOKEN_INVALID', other);
    } catch (error) {
      return refusalOf(error);
    }
  };
};
