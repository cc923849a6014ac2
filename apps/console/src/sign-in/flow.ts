/**
 * The decisions of a sign-in by an issuer of OpenID Connect: authorization code with PKCE, as a public client (RFC 6749, RFC 7636, RFC 9207,
 * OpenID Connect Core 1.0). Nothing is asked or kept here.
 */

/** What the API says of the issuer, before anybody has signed in. */
export interface Offer {
  readonly issuer: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** The page may speak to these and to no others. */
  readonly origins: readonly string[];
  /** How long the API takes a token after it was made, s. */
  readonly tokenSecondsMax: number;
}

/** Where the issuer is asked for what; `end` is null where it ends no sessions. */
export interface Endpoints {
  readonly authorization: string;
  readonly token: string;
  readonly end: string | null;
}

/** A sign-in that was begun in this tab: what its answer must hold, and where the person was. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  /** What proves that the code comes back to who asked for it. */
  readonly verifier: string;
  readonly address: string;
  /** Ms since the epoch. */
  readonly begunAt: number;
}

/** What the issuer gave; `until` is when the API takes it no more, by the clock of this browser, ms. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string | null;
  readonly id: string | null;
  readonly subject: string | null;
  readonly madeAt: number;
  readonly until: number;
}

/** Why it is not so, in a sentence for who signs in. */
export interface Refused {
  readonly refused: string;
}

/** Longer than a person takes for a password and a second factor. */
const ATTEMPT_MS_MAX = 600_000;
/** How far the clock of a laptop may be from the issuer's. */
const SKEW_S = 300;
/** Renewed after this share of its life, so that a quarter of it is left for an issuer that does not answer at once. */
const RENEWED_AFTER = 0.75;
/** Characters of what an issuer says that are shown. */
const SHOWN_MAX = 200;

/** Where the issuer sends the browser back to. */
export const SIGNED_IN = '/signed-in';

const refuse = (refused: string): Refused => ({ refused });
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

/** Tells a refusal. */
export const isRefused = (value: object): value is Refused => 'refused' in value;

/** Where a person goes on: an address of this page, or its first one. */
export const addressWithin = (address: string, origin: string): string => {
  if (!address.startsWith('/') || !URL.canParse(address, origin)) return '/';
  const { origin: whose, pathname, search, hash } = new URL(address, origin);
  return whose !== origin || pathname === SIGNED_IN ? '/' : `${pathname}${search}${hash}`;
};

/** What the issuer says of itself (OpenID Connect Discovery 1.0 §4.3), as far as this page may use it. */
export const endpointsFrom = (told: unknown, { issuer, origins }: Offer): Endpoints | Refused => {
  const { issuer: self, ...said } = recordOf(told);
  if (self !== issuer) return refuse(`${issuer} says that it is ${JSON.stringify(self)}.`);
  const safe = (value: unknown): string | null => {
    const text = textOf(value);
    return text !== null && URL.canParse(text) && new URL(text).protocol === new URL(issuer).protocol ? text : null;
  };
  const [authorization, token] = [safe(said.authorization_endpoint), safe(said.token_endpoint)];
  if (authorization === null || token === null) return refuse(`${issuer} does not say where one signs in.`);
  const { origin } = new URL(token);
  if (!origins.includes(origin))
    return refuse(
      `Tokens of ${issuer} are at ${origin}: this page may not speak to it until OIDC_TOKEN_ORIGIN says so.`,
    );
  return { authorization, token, end: safe(said.end_session_endpoint) };
};

/** Where the browser is sent to sign in. */
export const authorizationUrl = (
  { authorization }: Endpoints,
  { clientId, scopes }: Offer,
  { state, nonce }: Attempt,
  { challenge, redirectUri }: { readonly challenge: string; readonly redirectUri: string },
): string => {
  const url = new URL(authorization);
  const asked = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: scopes.join(' '),
    state,
    nonce,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return url.href;
};

/** The code that came back, if it is the answer to what was asked in this tab a moment ago, by the issuer that was asked. */
export const codeFrom = (
  answer: URLSearchParams,
  attempt: Attempt | null,
  { issuer }: Offer,
  nowMs: number,
): { readonly code: string } | Refused => {
  if (attempt === null) return refuse('This sign-in was not begun in this tab. Sign in again.');
  const names = ['state', 'code', 'iss', 'error'];
  if (names.some((name) => answer.getAll(name).length > 1) || answer.get('state') !== attempt.state)
    return refuse('What came back is not the answer to this sign-in. Sign in again.');
  if (nowMs - attempt.begunAt > ATTEMPT_MS_MAX) return refuse('The sign-in took more than ten minutes. Sign in again.');
  // Without it only where the issuer does not say so at all: there is one issuer, which no other is mixed up with.
  if ((answer.get('iss') ?? issuer) !== issuer) return refuse(`Another issuer answered than ${issuer}.`);
  const error = answer.get('error');
  if (error !== null)
    return refuse(`${issuer} refused: ${(answer.get('error_description') ?? error).slice(0, SHOWN_MAX)}`);
  const code = textOf(answer.get('code'));
  return code === null ? refuse(`${issuer} sent no code.`) : { code };
};

const claimsIn = (token: string): Readonly<Record<string, unknown>> => {
  try {
    const body = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    return recordOf(JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(body), (each) => each.charCodeAt(0)))));
  } catch {
    return {};
  }
};

/**
 * Why an ID token is none of this sign-in (OpenID Connect Core 1.0 §3.1.3.7, §12.2); undefined: it is. It came from the token endpoint itself,
 * over TLS, which stands for its signature there; and it lets nobody in: the API reads the access token, and its signature.
 */
const idTokenFault = (
  claims: Readonly<Record<string, unknown>>,
  { issuer, clientId }: Offer,
  expected: { readonly nonce: string } | { readonly subject: string | null },
  nowMs: number,
): string | undefined => {
  const audience = [claims.aud].flat();
  if (claims.iss !== issuer) return 'it is of another issuer';
  if (!audience.includes(clientId)) return 'it is for another client';
  if (claims.azp === undefined ? audience.length > 1 : claims.azp !== clientId) return 'it was made for another client';
  if (textOf(claims.sub) === null) return 'it is of nobody';
  if (typeof claims.exp !== 'number' || claims.exp + SKEW_S <= nowMs / 1_000) return 'it is over';
  if ('nonce' in expected) return claims.nonce === expected.nonce ? undefined : 'it answers another sign-in';
  return expected.subject === null || claims.sub === expected.subject ? undefined : 'it is of somebody else';
};

const refusedBy = (issuer: string, status: number, said: Readonly<Record<string, unknown>>): Refused =>
  refuse(
    `${issuer} gave no token: ${(textOf(said.error_description) ?? textOf(said.error) ?? `HTTP ${status}`).slice(0, SHOWN_MAX)}`,
  );

const readTokens = (said: Readonly<Record<string, unknown>>, offer: Offer, nowMs: number): Tokens | Refused => {
  const access = textOf(said.access_token);
  if (access === null || String(said.token_type).toLowerCase() !== 'bearer')
    return refuse(`${offer.issuer} gave no bearer token.`);
  const { expires_in: told } = said;
  const seconds = typeof told === 'number' && told > 0 ? Math.min(told, offer.tokenSecondsMax) : offer.tokenSecondsMax;
  const id = textOf(said.id_token);
  const subject = id === null ? null : textOf(claimsIn(id).sub);
  return { access, refresh: textOf(said.refresh_token), id, subject, madeAt: nowMs, until: nowMs + seconds * 1_000 };
};

/** What the token endpoint answered to the code of a sign-in; its ID token must be there, and of this very sign-in. */
export const tokensOf = (
  { status, body }: { readonly status: number; readonly body: unknown },
  offer: Offer,
  { nonce }: Pick<Attempt, 'nonce'>,
  nowMs: number,
): Tokens | Refused => {
  const said = recordOf(body);
  if (status !== 200) return refusedBy(offer.issuer, status, said);
  const tokens = readTokens(said, offer, nowMs);
  if (isRefused(tokens)) return tokens;
  const fault = tokens.id === null ? 'there is none' : idTokenFault(claimsIn(tokens.id), offer, { nonce }, nowMs);
  return fault === undefined ? tokens : refuse(`The ID token of ${offer.issuer} cannot be taken: ${fault}.`);
};

/** What it answered to a refresh token: what it does not give anew stays as it was, and it is for the same person. */
export const renewedTokens = (
  { status, body }: { readonly status: number; readonly body: unknown },
  offer: Offer,
  last: Tokens,
  nowMs: number,
): Tokens | Refused => {
  const said = recordOf(body);
  if (status !== 200) return refusedBy(offer.issuer, status, said);
  const tokens = readTokens(said, offer, nowMs);
  if (isRefused(tokens)) return tokens;
  const fault =
    tokens.id === null ? undefined : idTokenFault(claimsIn(tokens.id), offer, { subject: last.subject }, nowMs);
  if (fault !== undefined) return refuse(`The ID token of ${offer.issuer} cannot be taken: ${fault}.`);
  return {
    ...tokens,
    refresh: tokens.refresh ?? last.refresh,
    id: tokens.id ?? last.id,
    subject: tokens.subject ?? last.subject,
  };
};

/** When another token is asked for, ms. */
export const renewAt = ({ madeAt, until }: Tokens): number => madeAt + (until - madeAt) * RENEWED_AFTER;

/** Where the browser is sent to end the session of the issuer too (OpenID Connect RP-Initiated Logout 1.0); null: nowhere. */
export const endUrl = (
  { end }: Endpoints,
  { clientId }: Offer,
  { id }: Pick<Tokens, 'id'>,
  origin: string,
): string | null => {
  if (end === null) return null;
  const url = new URL(end);
  url.searchParams.set('client_id', clientId);
  url.searchParams.set('post_logout_redirect_uri', `${origin}/`);
  if (id !== null) url.searchParams.set('id_token_hint', id);
  return url.href;
};
