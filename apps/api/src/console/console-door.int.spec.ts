import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { grantsOf, PRINCIPAL_ROLES } from '#contracts';
import { CONSOLE_PAGES, CONSOLE_SIGNED_IN, type SignInSettings } from '#runtime';
import { FakeClock, openTestDatabase, type ServedRoles, serveRoles, type TestDatabase } from '#testing';
import { api } from '../api.role.js';

const ISSUER = 'https://login.test/realms/ops';
const SIGN_IN: SignInSettings = {
  issuer: ISSUER,
  clientId: 'console',
  scopes: ['openid', 'profile'],
  origins: ['https://login.test', 'https://tokens.test'],
};
const ORIGIN = 'https://ops.test';
const each = (perSecond: number) => ({ perSecond, windowS: 10 });
/** On a clock that stands still, twenty of what is no good are all there is. */
const RATES = { view: each(2), act: each(2), telemetry: each(2), proved: each(2), stranger: each(2) };

let test: TestDatabase;
let served: ServedRoles;
beforeAll(async () => {
  test = await openTestDatabase();
  served = await serveRoles([api], test, {
    clock: new FakeClock(),
    door: { rates: RATES, corsOrigins: new Set([ORIGIN]) },
    oidc: { issuer: ISSUER, audience: 'tocsin', jwksUrl: undefined, roleClaim: 'groups', groups: [], signIn: SIGN_IN },
  });
});
afterAll(async () => {
  await served.close();
  await test.close();
});

interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Buffer;
}

/** As it is on the line: neither decoded, nor with an address that was made straight. */
const ask = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Raw> =>
  new Promise((done, failed) => {
    const { port } = new URL(served.url);
    const asked = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        done({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    });
    asked.once('error', failed).end();
  });

/** The parts that the page names. */
const partsOf = (page: Raw): readonly string[] =>
  [...String(page.body).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
const pages = CONSOLE_PAGES.map((page) => page.replace(/:\w+$/, 'i-1%20%C3%BC'));
const FOREVER = 'public, max-age=31536000, immutable';

describe('the console', () => {
  it('has an address for every page that its router knows, and one to come back to from an issuer', () => {
    const source = readFileSync('apps/console/src/router.tsx', 'utf8');
    const routes = [...source.matchAll(/\bpath: '([^']+)'/g)].map(([, path = '']) => path.replace('$', ':'));
    expect(routes.length).toBeGreaterThan(10);
    expect([...routes, CONSOLE_SIGNED_IN].filter((route) => !CONSOLE_PAGES.includes(route))).toEqual([]);
    const described = readFileSync('docs/console.md', 'utf8');
    expect(routes.filter((route) => !described.includes(`\`${route.replace(/:(\w+)$/, '<$1>')}\``))).toEqual([]);
  });

  it.each(pages)('answers %s with its page, to whoever has no key', async (path) => {
    const { status, headers, body } = await ask(`${path}?from=2021-07-22T11:47:00Z`);
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'text/html; charset=utf-8',
      'no-cache',
    ]);
    expect(String(body)).toContain('<div id="console">');
  });

  it('runs its own scripts alone, and speaks to itself and the issuer alone', async () => {
    const { headers } = await ask('/');
    expect(String(headers['content-security-policy']).split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "connect-src 'self' https://login.test https://tokens.test",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]);
    expect(headers).toMatchObject({
      'cross-origin-opener-policy': 'same-origin',
      'permissions-policy': 'camera=(), microphone=(), geolocation=()',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('has nothing in its page that the policy forbids, and nothing of another host', async () => {
    const page = await ask('/');
    expect(String(page.body)).not.toMatch(/<style|style=|<script(?![^>]* src="\/assets\/)|\son\w+=|https?:\/\//i);
    expect(partsOf(page).length).toBeGreaterThan(1);
    for (const part of partsOf(page)) expect([part, (await ask(part)).status]).toEqual([part, 200]);
  });

  it('sends its parts once and for ever, in the smallest encoding that is taken', async () => {
    const script = partsOf(await ask('/')).find((part) => part.endsWith('.js')) ?? '';
    const [plain, zipped, smallest] = [
      await ask(script),
      await ask(script, { 'accept-encoding': 'gzip' }),
      await ask(script, { 'accept-encoding': 'gzip, deflate, br' }),
    ];
    expect([plain, zipped, smallest].map(({ headers }) => headers['content-encoding'])).toEqual([
      undefined,
      'gzip',
      'br',
    ]);
    expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true);
    expect(brotliDecompressSync(smallest.body).equals(plain.body)).toBe(true);
    expect(smallest.body.length).toBeLessThan(zipped.body.length);
    for (const { headers } of [plain, zipped, smallest])
      expect(headers).toMatchObject({
        'cache-control': FOREVER,
        vary: 'Origin, accept-encoding',
        'content-type': 'text/javascript; charset=utf-8',
      });
    const foreign = await ask(script, { origin: ORIGIN });
    expect([foreign.headers['access-control-allow-origin'], foreign.headers.vary]).toEqual([
      ORIGIN,
      'Origin, accept-encoding',
    ]);
  });

  it('is not sent again to who has it, and its head is as long as its body', async () => {
    const page = await ask('/');
    const tag = String(page.headers.etag);
    const known = await ask('/incidents', { 'if-none-match': tag });
    expect([known.status, known.body.length, known.headers.etag]).toEqual([304, 0, tag]);
    expect(tag).toMatch(/^W\/"/);
    for (const held of [tag.replace('W/', ''), `"another", ${tag}`])
      expect([held, (await ask('/', { 'if-none-match': held })).status]).toEqual([held, 304]);
    expect((await ask('/', { 'if-none-match': '"another"' })).status).toBe(200);
    const head = await ask('/', {}, 'HEAD');
    expect([head.status, head.body.length, head.headers['content-length']]).toEqual([200, 0, String(page.body.length)]);
    expect(head.headers['content-security-policy']).toBe(page.headers['content-security-policy']);
  });

  it.each([
    '/assets/nothing-abc.js',
    '/assets/',
    '/assets/index.html',
    '/assets/..%2findex.html',
    '/assets/..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/assets/....//package.json',
    '/assets/../../package.json',
    '/assets/%00',
    '/assets/constructor',
  ])('has no part %s: what is not in memory cannot be asked for', async (path) => {
    const { status, headers, body } = await ask(path);
    expect([status, headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8']);
    expect(JSON.parse(String(body))).toMatchObject({ code: 'NOT_FOUND' });
    expect(headers['content-security-policy']).toBe("default-src 'none'; frame-ancestors 'none'");
  });

  it.each(['/../package.json', '/incidents/i-1/more', '/incidents/', '/fleet/x/y', '/v1', '/index.html'])(
    'does not open %s to who has no key',
    async (path) => {
      expect((await ask(path)).status).toBe(401);
    },
  );

  it('takes nothing: no other method is open', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect([method, (await ask('/', {}, method)).status]).toEqual([method, 401]);
  });

  it('tells with whom one may sign in, and nothing else', async () => {
    const { status, headers, body } = await ask('/v1/sign-in');
    expect([status, headers['cache-control']]).toEqual([200, 'private, no-cache']);
    expect(JSON.parse(String(body))).toEqual({ oidc: { ...SIGN_IN, tokenSecondsMax: 900 } });
  });

  it('learns of its caller what they are and may do, and a stranger nothing', async () => {
    const caller = async (authorization?: string) => {
      const response = await fetch(`${served.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
        body: JSON.stringify({ query: '{ caller { actor name roles permissions expiresAt } }' }),
      });
      return {
        status: response.status,
        ...((await response.json()) as { data?: { caller: Record<string, unknown> } }),
      };
    };
    for (const role of PRINCIPAL_ROLES.filter((one) => grantsOf(one).includes('view'))) {
      const { data } = await caller(await served.keyOf(role));
      const { permissions, ...who } = data?.caller ?? {};
      const name = `test ${role}`;
      expect(who).toEqual({ actor: `${role}:${name}`, name, roles: [role], expiresAt: null });
      expect([role, (permissions as string[]).toSorted()]).toEqual([role, grantsOf(role).toSorted()]);
    }
    const expiresAt = served.parts.clock.nowMs() + 60_000;
    const cut = await caller(await served.keyOf('operator', undefined, { scopes: ['view'], expiresAt }));
    const until = new Date(expiresAt).toISOString();
    expect(cut.data?.caller).toMatchObject({ roles: ['operator'], permissions: ['view'], expiresAt: until });
    expect([(await caller()).status, (await caller(await served.keyOf('ingest'))).status]).toEqual([401, 403]);
  });

  it('is there for who sits behind the same address as a program with a bad key', async () => {
    const bad = { authorization: 'Bearer nobody.knows-this-key' };
    const statuses: number[] = [];
    for (let tries = 0; tries < 40; tries += 1) statuses.push((await ask('/v1/fleet', bad)).status);
    expect(statuses.slice(-3)).toEqual([429, 429, 429]);
    for (let tries = 0; tries < 40; tries += 1)
      for (const path of ['/', '/incidents/i-1', '/v1/sign-in']) expect((await ask(path, bad)).status).toBe(200);
    const good = { authorization: await served.keyOf('viewer') };
    expect((await ask('/v1/fleet', good)).status).toBe(200);
  });
});
