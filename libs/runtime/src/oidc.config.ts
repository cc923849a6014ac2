import { z } from 'zod';
import { ConfigError } from '#config';
import { PRINCIPAL_ROLES, type PrincipalRole } from '#contracts';
import { namesLoopback } from '#outgoing';

/** Groups that are told: more of one issuer mean anything here is not likely, and a token is compared with each. */
const GROUPS_MAX = 100;
/** An issuer is written into every subject; OpenID Connect gives a `sub` as much. */
const ISSUER_CHARS_MAX = 255;
/** What goes no further than this machine needs no TLS. */
const overTls = z
  .url({ protocol: /^https?$/ })
  .max(ISSUER_CHARS_MAX)
  .refine(
    (text) => text.startsWith('https:') || (URL.canParse(text) && namesLoopback(new URL(text))),
    'expected https',
  );

/** A scope (RFC 6749 §3.3). */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** Every role but that of one node, which a token cannot name. */
const TOKEN_ROLES = PRINCIPAL_ROLES.filter((role) => role !== 'node');

/** `sre=operator`: a group, which may hold `=`, and the role of whoever is in it. */
const readGroup = (text: string): readonly [string, PrincipalRole] | string => {
  const at = text.lastIndexOf('=');
  const [group, named] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  const role = TOKEN_ROLES.find((each) => each === named);
  if (at < 1 || group === '') return `${text}: expected group=role`;
  return role === undefined ? `${text}: the roles of tokens are ${TOKEN_ROLES.join(', ')}` : [group, role];
};

const groupsSchema = z.string().transform((text, context): readonly (readonly [string, PrincipalRole])[] => {
  const read = text.split(',').map(readGroup);
  const wrong = read.find((each) => typeof each === 'string');
  if (typeof wrong === 'string') context.addIssue(wrong);
  if (read.length > GROUPS_MAX) context.addIssue(`expected at most ${GROUPS_MAX} groups`);
  return read.filter((each) => typeof each !== 'string');
});

/** What a process reads of whose tokens it takes. */
export const oidcSchema = z.object({
  /** Whose tokens are taken, as their `iss` says it, character by character. Unset: none are. */
  OIDC_ISSUER: overTls.optional(),
  /** What must be in their `aud`. */
  OIDC_AUDIENCE: z.string().min(1).max(ISSUER_CHARS_MAX).optional(),
  /** Where the issuer's keys are. Unset: where its discovery document says. */
  OIDC_JWKS_URL: overTls.optional(),
  /** The claim that holds groups: its name, or a path such as `realm_access.roles`. */
  OIDC_ROLE_CLAIM: z.string().min(1).max(ISSUER_CHARS_MAX).default('groups'),
  /** What groups may do: `sre=operator,on-call=incident_commander`. */
  OIDC_ROLES: groupsSchema.optional(),
  /** As what the issuer knows the console, a public client: people sign in there with the issuer too. Unset: by an API key alone. */
  OIDC_CLIENT_ID: z.string().min(1).max(ISSUER_CHARS_MAX).optional(),
  /** What the console asks the issuer for, separated by spaces; `offline_access` where renewal needs it. */
  OIDC_SCOPES: z
    .string()
    .max(ISSUER_CHARS_MAX)
    .default('openid profile email')
    .transform((text) => text.split(/\s+/).filter((each) => each !== ''))
    .refine((scopes) => scopes.includes('openid'), 'expected openid among them')
    .refine((scopes) => scopes.every((each) => SCOPE.test(each)), 'expected scopes, separated by spaces'),
  /** Where the issuer's token endpoint is, where that is no address of the issuer: `https://login.example.com`. */
  OIDC_TOKEN_ORIGIN: overTls
    .refine((text) => URL.canParse(text) && new URL(text).origin === text, 'expected an origin, without a path')
    .optional(),
});

/** How people sign in to the console with the issuer (authorization code with PKCE); nothing of it is secret. */
export interface SignInSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Origins that the page speaks to beside its own: the issuer's, and that of its token endpoint. */
  readonly origins: readonly string[];
}

/** Whose tokens are taken, and who they make somebody. */
export interface OidcSettings {
  readonly issuer: string;
  readonly audience: string;
  /** undefined: by discovery. */
  readonly jwksUrl: string | undefined;
  readonly roleClaim: string;
  /** Pairs of a group and its role; a group may have several. */
  readonly groups: readonly (readonly [string, PrincipalRole])[];
  /** undefined: the console takes API keys alone. */
  readonly signIn?: SignInSettings | undefined;
}

type Read = z.output<typeof oidcSchema>;

const signInOf = (issuer: string, read: Read): SignInSettings | undefined => {
  const { OIDC_CLIENT_ID: clientId, OIDC_SCOPES: scopes, OIDC_TOKEN_ORIGIN: tokenOrigin } = read;
  if (clientId === undefined) return undefined;
  const own = new URL(issuer).origin;
  return { issuer, clientId, scopes, origins: [...new Set([own, tokenOrigin ?? own])] };
};

/** Whose tokens are taken; undefined: nobody's. Throws a `ConfigError` where half of it is told. */
export const oidcOf = (read: Read): OidcSettings | undefined => {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_ROLES: groups } = read;
  const { OIDC_JWKS_URL: jwksUrl, OIDC_ROLE_CLAIM: roleClaim } = read;
  const told = { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_ROLES: groups };
  const missing = Object.entries(told).flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (issuer !== undefined && audience !== undefined && groups !== undefined)
    return { issuer, audience, jwksUrl, roleClaim, groups, signIn: signInOf(issuer, read) };
  const beside = [jwksUrl, read.OIDC_CLIENT_ID, read.OIDC_TOKEN_ORIGIN];
  if (missing.length === Object.keys(told).length && beside.every((each) => each === undefined)) return undefined;
  throw new ConfigError(missing.map((name) => `${name}: needed where tokens are taken`));
};
