import fc from 'fast-check';
import {
  addressWithin,
  type Attempt,
  authorizationUrl,
  codeFrom,
  endpointsFrom,
  endUrl,
  type Offer,
  renewAt,
  renewedTokens,
  tokensOf,
} from './flow.js';

const ISSUER = 'https://login.test/realms/ops';
const NOW_MS = Date.UTC(2021, 6, 22, 11, 50);
const NOW_S = NOW_MS / 1_000;
const ORIGIN = 'https://tocsin.test';
const OFFER: Offer = {
  issuer: ISSUER,
  clientId: 'console',
  scopes: ['openid', 'profile'],
  origins: ['https://login.test'],
  tokenSecondsMax: 900,
};
const ATTEMPT: Attempt = {
  state: 's-1',
  nonce: 'n-1',
  verifier: 'v-1',
  address: '/fleet?x=1',
  begunAt: NOW_MS - 60_000,
};
const SAID = {
  issuer: ISSUER,
  authorization_endpoint: 'https://login.test/authorize?realm=ops',
  token_endpoint: 'https://login.test/token',
  end_session_endpoint: 'https://login.test/end',
};
const ENDPOINTS = {
  authorization: SAID.authorization_endpoint,
  token: SAID.token_endpoint,
  end: SAID.end_session_endpoint,
};

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const CLAIMS = { iss: ISSUER, aud: 'console', sub: 'u-ü', nonce: 'n-1', exp: NOW_S + 300 };
const idToken = (changes: Readonly<Record<string, unknown>> = {}): string =>
  `${part({ alg: 'ES256' })}.${part({ ...CLAIMS, ...changes })}.signature`;
const given = (changes: Readonly<Record<string, unknown>> = {}) => ({
  status: 200,
  body: {
    access_token: 'a.b.c',
    token_type: 'Bearer',
    expires_in: 300,
    refresh_token: 'r-1',
    id_token: idToken(),
    ...changes,
  },
});

describe('what an issuer says of itself', () => {
  it('is where one signs in, gets tokens and leaves', () => {
    expect(endpointsFrom(SAID, OFFER)).toEqual(ENDPOINTS);
    expect(endpointsFrom({ ...SAID, end_session_endpoint: undefined }, OFFER)).toEqual({ ...ENDPOINTS, end: null });
  });

  it.each([
    [{ issuer: 'https://login.test/realms/other' }, 'says that it is'],
    [{ issuer: `${ISSUER}/` }, 'says that it is'],
    [{ token_endpoint: undefined }, 'does not say where'],
    [{ authorization_endpoint: 'http://login.test/authorize' }, 'does not say where'],
    [{ authorization_endpoint: 'javascript:alert(1)' }, 'does not say where'],
    [{ token_endpoint: 'https://tokens.test/token' }, 'OIDC_TOKEN_ORIGIN'],
  ])('is not taken as it is: %j', (changes, refused) => {
    expect(endpointsFrom({ ...SAID, ...changes }, OFFER)).toEqual({
      refused: expect.stringContaining(refused) as string,
    });
    expect(endpointsFrom(null, OFFER)).toHaveProperty('refused');
  });

  it('may name a token endpoint elsewhere that was told', () => {
    const elsewhere = { ...SAID, token_endpoint: 'https://tokens.test/token' };
    const offer = { ...OFFER, origins: [...OFFER.origins, 'https://tokens.test'] };
    expect(endpointsFrom(elsewhere, offer)).toMatchObject({ token: 'https://tokens.test/token' });
  });
});

describe('where the browser is sent', () => {
  it('to sign in, asks for a code with its proof, for this client and address alone', () => {
    const back = { challenge: 'c-1', redirectUri: `${ORIGIN}/signed-in` };
    const url = new URL(authorizationUrl(ENDPOINTS, OFFER, ATTEMPT, back));
    expect([url.origin, url.pathname]).toEqual(['https://login.test', '/authorize']);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      realm: 'ops',
      response_type: 'code',
      client_id: 'console',
      redirect_uri: `${ORIGIN}/signed-in`,
      scope: 'openid profile',
      state: 's-1',
      nonce: 'n-1',
      code_challenge: 'c-1',
      code_challenge_method: 'S256',
    });
    expect(url.href).not.toContain('v-1');
  });

  it('to sign out, comes back to the first page', () => {
    const url = new URL(endUrl(ENDPOINTS, OFFER, { id: 'i.d.t' }, ORIGIN) ?? '');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: 'console',
      id_token_hint: 'i.d.t',
      post_logout_redirect_uri: `${ORIGIN}/`,
    });
    expect(endUrl({ ...ENDPOINTS, end: null }, OFFER, { id: null }, ORIGIN)).toBeNull();
  });

  it('afterwards is an address of this page, whatever was kept', () => {
    expect(addressWithin('/incidents/i-1?at=5#x', ORIGIN)).toBe('/incidents/i-1?at=5#x');
    for (const address of [
      '//evil.test/',
      '/\\evil.test',
      'https://evil.test/',
      'javascript:alert(1)',
      '',
      '/signed-in?code=1',
      '/\t/evil.test',
    ])
      expect([address, addressWithin(address, ORIGIN)]).toEqual([address, '/']);
    fc.assert(
      fc.property(fc.string(), fc.webUrl(), (text, url) => {
        for (const address of [text, `/${text}`, url, `/${url}`]) {
          const { origin } = new URL(addressWithin(address, ORIGIN), ORIGIN);
          expect(origin).toBe(ORIGIN);
        }
      }),
    );
  });
});

describe('what comes back from an issuer', () => {
  const answer = (changes: Readonly<Record<string, string>> = {}) =>
    new URLSearchParams({ code: 'c0de', state: 's-1', iss: ISSUER, ...changes });
  const refusedBy = (params: URLSearchParams, attempt: Attempt | null = ATTEMPT, nowMs = NOW_MS): string => {
    const read = codeFrom(params, attempt, OFFER, nowMs);
    return 'refused' in read ? read.refused : 'taken';
  };

  it('holds a code, with or without the word who it is from', () => {
    expect(codeFrom(answer(), ATTEMPT, OFFER, NOW_MS)).toEqual({ code: 'c0de' });
    expect(codeFrom(new URLSearchParams({ code: 'c0de', state: 's-1' }), ATTEMPT, OFFER, NOW_MS)).toEqual({
      code: 'c0de',
    });
  });

  it('is not taken without a sign-in that was begun here, a moment ago', () => {
    expect(refusedBy(answer(), null)).toContain('not begun in this tab');
    expect(refusedBy(answer(), ATTEMPT, NOW_MS + 600_000)).toContain('ten minutes');
    expect(refusedBy(answer(), ATTEMPT, NOW_MS + 540_000)).toBe('taken');
  });

  it.each([
    ['another state', answer({ state: 's-2' }), 'not the answer'],
    ['no state', new URLSearchParams({ code: 'c0de' }), 'not the answer'],
    ['two states', new URLSearchParams('code=c&state=s-1&state=s-1'), 'not the answer'],
    ['two codes', new URLSearchParams('code=a&code=b&state=s-1'), 'not the answer'],
    ['another issuer', answer({ iss: 'https://evil.test' }), 'Another issuer'],
    ['no code', new URLSearchParams({ state: 's-1' }), 'no code'],
    [
      'an error',
      new URLSearchParams({ state: 's-1', error: 'access_denied', error_description: 'not you' }),
      'not you',
    ],
    ['an error of another state', new URLSearchParams({ state: 's-2', error: 'access_denied' }), 'not the answer'],
  ])('is refused with %s', (_what, params, refused) => {
    expect(refusedBy(params)).toContain(refused);
  });

  it('shows of a long word of the issuer its beginning', () => {
    const long = new URLSearchParams({ state: 's-1', error: 'x', error_description: 'y'.repeat(9_999) });
    expect(refusedBy(long).length).toBeLessThan(300);
  });
});

describe('the tokens of an issuer', () => {
  const refusedBy = (changes: Readonly<Record<string, unknown>>): string => {
    const read = tokensOf(given(changes), OFFER, ATTEMPT, NOW_MS);
    return 'refused' in read ? read.refused : 'taken';
  };

  it('last as it says, and never longer than the API takes them', () => {
    expect(tokensOf(given(), OFFER, ATTEMPT, NOW_MS)).toEqual({
      access: 'a.b.c',
      refresh: 'r-1',
      id: idToken(),
      subject: 'u-ü',
      madeAt: NOW_MS,
      until: NOW_MS + 300_000,
    });
    for (const expires_in of [86_400, undefined, 'soon', 0])
      expect(tokensOf(given({ expires_in }), OFFER, ATTEMPT, NOW_MS)).toMatchObject({ until: NOW_MS + 900_000 });
    expect(renewAt({ ...(tokensOf(given(), OFFER, ATTEMPT, NOW_MS) as never as Parameters<typeof renewAt>[0]) })).toBe(
      NOW_MS + 225_000,
    );
  });

  it.each([
    [{ access_token: undefined }, 'no bearer token'],
    [{ token_type: 'DPoP' }, 'no bearer token'],
    [{ id_token: undefined }, 'there is none'],
    [{ id_token: 'rubbish' }, 'another issuer'],
    [{ id_token: idToken({ iss: 'https://evil.test' }) }, 'another issuer'],
    [{ id_token: idToken({ aud: 'tocsin' }) }, 'another client'],
    [{ id_token: idToken({ aud: ['console', 'tocsin'] }) }, 'another client'],
    [{ id_token: idToken({ azp: 'tocsin' }) }, 'another client'],
    [{ id_token: idToken({ sub: undefined }) }, 'of nobody'],
    [{ id_token: idToken({ exp: NOW_S - 300 }) }, 'it is over'],
    [{ id_token: idToken({ exp: undefined }) }, 'it is over'],
    [{ id_token: idToken({ nonce: 'n-2' }) }, 'another sign-in'],
    [{ id_token: idToken({ nonce: undefined }) }, 'another sign-in'],
  ])('are not taken as they are: %j', (changes, refused) => {
    expect(refusedBy(changes)).toContain(refused);
  });

  it('may be for more than this client, when they were made for it', () => {
    expect(refusedBy({ id_token: idToken({ aud: ['console', 'tocsin'], azp: 'console' }) })).toBe('taken');
  });

  it('are none where it says so, in its words', () => {
    const refusal = { status: 400, body: { error: 'invalid_grant', error_description: 'the code was used' } };
    expect(tokensOf(refusal, OFFER, ATTEMPT, NOW_MS)).toEqual({
      refused: `${ISSUER} gave no token: the code was used`,
    });
    expect(tokensOf({ status: 404, body: null }, OFFER, ATTEMPT, NOW_MS)).toEqual({
      refused: `${ISSUER} gave no token: HTTP 404`,
    });
  });

  it('made anew keep what was not given again, and are for the same person', () => {
    const last = tokensOf(given(), OFFER, ATTEMPT, NOW_MS);
    if ('refused' in last) throw new Error(last.refused);
    const later = NOW_MS + 200_000;
    const renewed = (changes: Readonly<Record<string, unknown>>) => renewedTokens(given(changes), OFFER, last, later);
    const bare = { access_token: 'd.e.f', refresh_token: undefined, id_token: undefined };
    expect(renewed(bare)).toEqual({ ...last, access: 'd.e.f', madeAt: later, until: later + 300_000 });
    expect(renewed({ id_token: idToken({ nonce: undefined }), refresh_token: 'r-2' })).toMatchObject({
      refresh: 'r-2',
    });
    expect(renewed({ id_token: idToken({ sub: 'u-2' }) })).toMatchObject({
      refused: expect.stringContaining('somebody else') as string,
    });
    expect(renewed({ id_token: idToken({ aud: 'tocsin' }) })).toHaveProperty('refused');
    expect(renewedTokens({ status: 400, body: { error: 'invalid_grant' } }, OFFER, last, later)).toHaveProperty(
      'refused',
    );
  });
});
