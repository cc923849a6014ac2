import { isRefusal, type Principal, type Refusal } from '#contracts';
import { FakeClock, TEST_AUDIENCE, TestIssuer, until } from '#testing';
import { openTokenReader, type TokenReader } from './oidc.js';
import type { OidcSettings } from './oidc.config.js';

const S = 1_000;
let clock: FakeClock;
let issuer: TestIssuer;
let told: unknown[];
let read: TokenReader;
const settingsOf = (changes: Partial<OidcSettings> = {}): OidcSettings => ({
  issuer: issuer.issuer,
  audience: TEST_AUDIENCE,
  jwksUrl: `${issuer.issuer}/keys`,
  roleClaim: 'groups',
  groups: [
    ['sre', 'operator'],
    ['on-call', 'incident_commander'],
    ['vp', 'engineering_vp'],
    ['all', 'viewer'],
  ],
  ...changes,
});
const open = (changes: Partial<OidcSettings> = {}): TokenReader =>
  openTokenReader({ settings: settingsOf(changes), clock, onError: (error) => told.push(error) });
beforeEach(async () => {
  clock = new FakeClock();
  told = [];
  issuer = await TestIssuer.open(clock.nowMs);
  read = open();
});
afterEach(() => issuer.close());

const codeOf = (read: Principal | Refusal): string => (isRefusal(read) ? read.refused : 'taken');
/** The moment of the clock, s. */
const nowS = (): number => Math.floor(clock.nowMs() / S);
const withClaims = (claims: Record<string, unknown>) => issuer.token(['sre'], { claims });

describe('a bearer token', () => {
  it('makes its subject somebody with the roles of its groups, until it is over', async () => {
    const principal = await read(await issuer.token(['all', 'sre', 'on-call', 'others']));
    expect(principal).toMatchObject({
      keyId: expect.stringMatching(/^oidc-[0-9a-f]{16}$/) as unknown,
      subject: `oidc:${issuer.issuer.slice('http://'.length)}|u-1`,
      name: 'ana',
      role: 'incident_commander',
      roles: ['incident_commander', 'operator', 'viewer'],
      nodeId: undefined,
      expiresAtMs: clock.nowMs() + 300 * S,
    });
    expect(isRefusal(principal) ? [] : principal.permissions).toEqual(
      expect.arrayContaining(['view', 'operate', 'approve', 'approve_stage', 'lift']),
    );
    expect(isRefusal(principal) ? [] : principal.permissions).not.toContain('administer');
  });

  it('is of a stable subject under a name that changes, and without groups of ours may do nothing', async () => {
    const [ana, renamed] = await Promise.all(
      ['ana', 'Ana M'].map(async (name) => read(await withClaims({ preferred_username: name }))),
    );
    expect(ana).toMatchObject({ name: 'ana' });
    expect(renamed).toMatchObject({
      name: 'Ana M',
      subject: (ana as Principal).subject,
      keyId: (ana as Principal).keyId,
    });
    expect(await read(await withClaims({ preferred_username: undefined, email: undefined }))).toMatchObject({
      name: 'u-1',
    });
    for (const groups of [[], ['others'], 'sre-not', undefined, { sre: true }])
      expect([groups, codeOf(await read(await withClaims({ groups })))]).toEqual([groups, 'PERMISSION_DENIED']);
  });

  it('has its groups in the claim that is named: one word, a list, or deeper in', async () => {
    const claims = { groups: undefined, realm_access: { roles: ['vp'] }, 'https://x.test/roles': 'all' };
    const rolesBy = async (roleClaim: string) => {
      const principal = await open({ roleClaim })(await withClaims(claims));
      return isRefusal(principal) ? principal.refused : principal.roles;
    };
    expect(await rolesBy('realm_access.roles')).toEqual(['engineering_vp']);
    expect(await rolesBy('https://x.test/roles')).toEqual(['viewer']);
    expect(await rolesBy('__proto__.roles')).toBe('PERMISSION_DENIED');
  });

  it.each(['RS256', 'PS256', 'EdDSA'] as const)('is taken where it is signed by %s', async (alg) => {
    await issuer.addKey(alg);
    expect(codeOf(await read(await issuer.token(['sre'])))).toBe('taken');
  });

  it('is over at its exp, and 15 minutes after it was made whatever that says, with 5 s for clocks that differ', async () => {
    const [brief, long] = [await withClaims({}), await withClaims({ exp: nowS() + 86_400 })];
    await clock.advance(304 * S);
    expect([codeOf(await read(brief)), codeOf(await read(long))]).toEqual(['taken', 'taken']);
    await clock.advance(1 * S);
    expect([codeOf(await read(brief)), codeOf(await read(long))]).toEqual(['TOKEN_EXPIRED', 'taken']);
    await clock.advance(600 * S);
    expect(codeOf(await read(long))).toBe('taken');
    await clock.advance(1 * S);
    expect(codeOf(await read(long))).toBe('TOKEN_EXPIRED');
  });
});

describe('what is no token of ours', () => {
  it('is refused by one code whatever is wrong with it', async () => {
    const other = await TestIssuer.open(clock.nowMs);
    const good = await issuer.token(['sre']);
    const [head = '', body = '', signature = ''] = good.split('.');
    const admin = Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(body, 'base64url').toString()), groups: ['on-call'] }),
    );
    const tokens: Record<string, string> = {
      'of nobody: alg none': issuer.tokenOfNobody(['sre']),
      'by the public key as a secret: HS256': await issuer.tokenBySecret(['sre'], await issuer.publicPem()),
      'with other claims than were signed': `${head}.${admin.toString('base64url')}.${signature}`,
      'without its signature': `${head}.${body}.`,
      'by another issuer’s key of the same id': await other.token(['sre'], { claims: { iss: issuer.issuer } }),
      'of another issuer': await withClaims({ iss: 'https://other.test' }),
      'for others': await withClaims({ aud: 'https://other.test' }),
      'for nobody': await withClaims({ aud: undefined }),
      'not good yet': await withClaims({ nbf: nowS() + 6 }),
      'made in the future': await withClaims({ iat: nowS() + 6 }),
      'without iat': await withClaims({ iat: undefined }),
      'without exp': await withClaims({ exp: undefined }),
      'without sub': await withClaims({ sub: undefined }),
      'with an empty sub': await withClaims({ sub: '' }),
      'with a sub that is no text': await withClaims({ sub: { id: 7 } as never }),
      'with a sub that no row can hold': await withClaims({ sub: 'a\u0000b' }),
      'with a sub of 256': await withClaims({ sub: 'x'.repeat(256) }),
      'an ID token: nonce': await issuer.token(['sre'], { header: { typ: 'JWT' }, claims: { nonce: 'n' } }),
      'an ID token of Keycloak': await issuer.token(['sre'], { header: { typ: 'JWT' }, claims: { typ: 'ID' } }),
      'an ID token of Cognito': await issuer.token(['sre'], { header: { typ: 'JWT' }, claims: { token_use: 'id' } }),
      'a log-out token': await issuer.token(['sre'], { header: { typ: 'logout+jwt' } }),
      'by a key of another id': await issuer.token(['sre'], { header: { kid: 'key-9' } }),
      'too long': await withClaims({ filler: 'x'.repeat(8_192) }),
      'no token': 'a.b.c',
    };
    await other.close();
    for (const [what, token] of Object.entries(tokens))
      expect([what, codeOf(await read(token))]).toEqual([what, 'TOKEN_INVALID']);
    await issuer.addKey('ES384');
    expect(codeOf(await read(await issuer.token(['sre'])))).toBe('TOKEN_INVALID');
    expect(codeOf(await read(good))).toBe('taken');
  });

  it('is told nothing of what it holds', async () => {
    const refusal = await read(await withClaims({ iss: 'https://secret-issuer.test' }));
    expect(JSON.stringify(refusal)).not.toContain('secret-issuer');
    expect(refusal).toMatchObject({ detail: 'its iss is not what is taken here' });
  });
});

describe('the keys of an issuer', () => {
  it('rotate: a new one is taken, asked for once in 30 s at most; one that was taken away is over in ten minutes', async () => {
    const first = await issuer.token(['sre']);
    expect(codeOf(await read(first))).toBe('taken');
    expect(issuer.asked).toBe(1);
    await issuer.addKey();
    const second = await issuer.token(['sre']);
    expect(codeOf(await read(second))).toBe('TOKEN_INVALID');
    expect(issuer.asked).toBe(1);
    await clock.advance(30 * S);
    expect(codeOf(await read(second))).toBe('taken');
    expect(codeOf(await read(first))).toBe('taken');
    expect(issuer.asked).toBe(2);
    for (let tries = 0; tries < 20; tries += 1)
      expect(codeOf(await read(await issuer.token(['sre'], { header: { kid: `invented-${tries}` } })))).toBe(
        'TOKEN_INVALID',
      );
    expect(issuer.asked).toBe(2);
    issuer.removeKey('key-1');
    await clock.advance(600 * S);
    const removed = await issuer.token(['sre'], { kid: 'key-1' });
    expect(codeOf(await read(removed))).toBe('taken');
    await until('it is not taken any more', async () => codeOf(await read(removed)) === 'TOKEN_INVALID');
    expect(issuer.asked).toBe(3);
  });

  it('stay good while it is away; one that is not known is refused, and found soon after it is back', async () => {
    expect(codeOf(await read(await issuer.token(['sre'])))).toBe('taken');
    issuer.state = 'away';
    await clock.advance(3_600 * S);
    expect(codeOf(await read(await issuer.token(['sre'])))).toBe('taken');
    await until('it was seen to be away', async () => told.length === 1);
    await issuer.addKey();
    await clock.advance(5 * S);
    expect(codeOf(await read(await issuer.token(['sre'])))).toBe('TOKEN_INVALID');
    issuer.state = 'up';
    await clock.advance(5 * S);
    expect(codeOf(await read(await issuer.token(['sre'])))).toBe('taken');
    expect(codeOf(await read(await issuer.token(['sre'], { kid: 'key-1' })))).toBe('taken');
  });

  it('of one that hangs are waited for no longer than a request may, by all at once', async () => {
    issuer.state = 'hanging';
    const token = await issuer.token(['sre']);
    const answers = [1, 2, 3].map(() => read(token));
    await until('they wait for it', async () => clock.sleeping === 1);
    await clock.advance(3 * S);
    expect((await Promise.all(answers)).map(codeOf)).toEqual(['TOKEN_INVALID', 'TOKEN_INVALID', 'TOKEN_INVALID']);
    expect([issuer.asked, told.length]).toEqual([0, 1]);
  });

  it('are where it says itself, unless it says that it is somebody else', async () => {
    expect(codeOf(await open({ jwksUrl: undefined })(await issuer.token(['sre'])))).toBe('taken');
    const other = await TestIssuer.open(clock.nowMs);
    const asked = open({ jwksUrl: undefined, issuer: `${other.issuer}/realm` });
    expect(codeOf(await asked(await other.token(['sre'], { claims: { iss: `${other.issuer}/realm` } })))).toBe(
      'TOKEN_INVALID',
    );
    expect(told).toHaveLength(1);
    await other.close();
  });
});
