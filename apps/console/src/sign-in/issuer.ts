import { RequestFailed, unreachable } from '../api/request.js';
import { browserClock } from '../time/clock.js';
import {
  addressWithin,
  type Attempt,
  authorizationUrl,
  codeFrom,
  type Endpoints,
  endpointsFrom,
  endUrl,
  isRefused,
  type Offer,
  type Refused,
  renewedTokens,
  SIGNED_IN,
  type Tokens,
  tokensOf,
} from './flow.js';
import { IssuedKey } from './issued-key.js';
import { readOffer } from './offer.js';
import { siblingsHere } from './siblings.js';
import { readKept } from './read-kept.js';
import { forgetTokens, keepTokens, keptTokens, type KeptTokens } from './kept-tokens.js';

/** The sign-in that was begun in this tab; taken once. */
const ATTEMPT = 'tocsin.attempt';
/** Longer than an issuer takes that answers at all. */
const TIMEOUT_MS = 10_000;
/** 256 random bits, as RFC 7636 §7.1 asks of a verifier; a state and a nonce have as many. */
const RANDOM_BYTES = 32;

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(RANDOM_BYTES)));

const challengeOf = async (verifier: string): Promise<string> =>
  base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));

const redirectUri = (): string => `${location.origin}${SIGNED_IN}`;

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

const ask = async (issuer: string, url: string, form?: Readonly<Record<string, string>>): Promise<Answer> => {
  try {
    const response = await fetch(url, {
      ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form) }),
      headers: { accept: 'application/json' },
      credentials: 'omit',
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.status, body: (await response.json().catch(() => null)) as unknown };
  } catch (error) {
    throw new RequestFailed(unreachable(error, issuer, TIMEOUT_MS));
  }
};

/** Statuses of an issuer that is not well; whatever else it says, it means. */
const isAway = (status: number): boolean => status === 429 || status >= 500;

const askToken = async (
  { issuer, clientId }: Offer,
  { token }: Endpoints,
  form: Readonly<Record<string, string>>,
): Promise<Answer> => {
  const answer = await ask(issuer, token, { ...form, client_id: clientId });
  if (isAway(answer.status)) throw new RequestFailed(unreachable(`HTTP ${answer.status}`, issuer));
  return answer;
};

const locate = async (offer: Offer): Promise<Endpoints | Refused> => {
  const { status, body } = await ask(
    offer.issuer,
    `${offer.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
  );
  if (status !== 200) throw new RequestFailed(unreachable(`HTTP ${status}`, offer.issuer));
  return endpointsFrom(body, offer);
};

/** Leaves for the issuer, to come back to where the person is now. What comes back is why it cannot be. */
export const leaveToSignIn = async (offer: Offer): Promise<Refused> => {
  const endpoints = await locate(offer);
  if (isRefused(endpoints)) return endpoints;
  const attempt: Attempt = {
    state: random(),
    nonce: random(),
    verifier: random(),
    address: addressWithin(location.href.slice(location.origin.length), location.origin),
    begunAt: browserClock.now(),
  };
  const challenge = await challengeOf(attempt.verifier);
  sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
  location.assign(authorizationUrl(endpoints, offer, attempt, { challenge, redirectUri: redirectUri() }));
  // Until the browser is gone the button says that it goes.
  return new Promise(() => undefined);
};

const takeAttempt = (): Attempt | null => {
  const attempt = readKept<Attempt>(sessionStorage, ATTEMPT);
  sessionStorage.removeItem(ATTEMPT);
  return attempt;
};

const exchange = async (attempt: Attempt | null, answer: URLSearchParams): Promise<KeptTokens | Refused> => {
  const offer = await readOffer();
  if (offer === null) return { refused: 'No issuer signs people in here: use an API key.' };
  const code = codeFrom(answer, attempt, offer, browserClock.now());
  if (attempt === null || isRefused(code)) return isRefused(code) ? code : { refused: 'It was not begun here.' };
  const endpoints = await locate(offer);
  if (isRefused(endpoints)) return endpoints;
  const given = await askToken(offer, endpoints, {
    grant_type: 'authorization_code',
    code: code.code,
    redirect_uri: redirectUri(),
    code_verifier: attempt.verifier,
  });
  const tokens = tokensOf(given, offer, attempt, browserClock.now());
  return isRefused(tokens) ? tokens : { offer, endpoints, tokens };
};

const renewBy =
  ({ offer, endpoints }: KeptTokens) =>
  async (last: Tokens): Promise<Tokens | Refused> => {
    const form = { grant_type: 'refresh_token', refresh_token: last.refresh ?? '' };
    return renewedTokens(await askToken(offer, endpoints, form), offer, last, browserClock.now());
  };

const keyOf = (kept: KeptTokens, over: (because: string) => void): IssuedKey =>
  new IssuedKey({
    issuer: kept.offer.issuer,
    tokens: kept.tokens,
    renew: renewBy(kept),
    keep: (tokens) => keepTokens({ ...kept, tokens }),
    over,
    clock: browserClock,
    siblings: siblingsHere(),
  });

/** What came of coming back: a key, and where the person was; or why there is none. */
export type Arrival = { readonly key: IssuedKey; readonly address: string } | (Refused & { readonly address: string });

let arriving: Promise<Arrival> | undefined;

const arriveNow = async (over: (because: string) => void): Promise<Arrival> => {
  const attempt = takeAttempt();
  const address = addressWithin(attempt?.address ?? '/', location.origin);
  const kept = await exchange(attempt, new URLSearchParams(location.search)).catch((error: unknown): Refused => ({
    refused: error instanceof Error ? error.message : String(error),
  }));
  if (isRefused(kept)) return { ...kept, address };
  keepTokens(kept);
  return { key: keyOf(kept, over), address };
};

/** Takes what the issuer sent the browser back with; a code is good once, so that it is taken once. */
export const arrive = (over: (because: string) => void): Promise<Arrival> => (arriving ??= arriveNow(over));

/** The session that this tab had before it was loaded again; null: none. */
export const comeAgain = (over: (because: string) => void): IssuedKey | null => {
  const kept = keptTokens();
  return kept === null ? null : keyOf(kept, over);
};

/** Forgets the session here, and leaves to end it at the issuer too, where that can be done. */
export const leaveForGood = (): void => {
  const kept = keptTokens();
  forgetTokens();
  const url = kept === null ? null : endUrl(kept.endpoints, kept.offer, kept.tokens, location.origin);
  if (url !== null) location.assign(url);
};
