import { mkdtempSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PrincipalRole } from '#contracts';
import { FakeClock, openTestDatabase, type ServedRoles, serveRoles, type TestDatabase } from '#testing';
import { ROLES } from './roles.js';

const each = (perSecond: number) => ({ perSecond, windowS: 10 });
/** Few of each, so that they are soon over: on a clock that stands still nothing comes back. */
const RATES = { view: each(4), act: each(1), telemetry: each(100), proved: each(1), stranger: each(3) };
const PAGE = 'https://status.example.com';

let test: TestDatabase;
let served: ServedRoles;
let admin: string;
let fresh: (role: PrincipalRole) => Promise<string>;
const clock = new FakeClock();
beforeAll(async () => {
  test = await openTestDatabase();
  served = await serveRoles(ROLES, test, {
    clock,
    environment: { DATA_DIR: mkdtempSync(join(tmpdir(), 'front-door-')) },
    publicUrl: 'https://tocsin.example.com',
    door: { corsOrigins: new Set([PAGE]), trustedProxies: ['127.0.0.1'], rates: RATES },
  });
  // Else it is ready once its rules have read the ticks again, 50 to 150 ms after it started.
  served.parts.readiness.add('a part', () => 'it never is');
  admin = await served.keyOf('admin');
  fresh = (role) => served.keyOf(role, role === 'node' ? 'n1' : undefined);
});
afterAll(async () => {
  await served.close();
  await test.close();
});

const ask = (method: string, path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(new URL(path, served.url), { method, headers });
const preflight = (origin: string, method = 'POST'): Promise<Response> =>
  ask('OPTIONS', '/v1/incidents/i1/notes', { origin, 'access-control-request-method': method });
const crossOrigin = ({ headers }: Response): readonly string[] =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-'));

describe('security headers', () => {
  it.each([
    ['/healthz', 200],
    ['/readyz', 503],
    ['/-/healthy', 200],
    ['/-/ready', 503],
    ['/-/reload', 401],
    ['/v1/nodes', 401],
    ['/v1/nothing', 401],
  ])('stand on %s, answered with %i', async (path, status) => {
    const answer = await ask('GET', path);
    expect(answer.status).toBe(status);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'strict-transport-security': 'max-age=31536000',
    });
  });

  it('are those of a route where it has its own', async () => {
    const policy = (await ask('GET', '/act/no-link')).headers.get('content-security-policy');
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-/);
  });
});

describe('a page of another origin', () => {
  it('that is listed is answered before it shows a key', async () => {
    const answer = await preflight(PAGE);
    expect(answer.status).toBe(204);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-max-age': '600',
      vary: 'Origin',
    });
    expect(answer.headers.get('access-control-allow-headers')).toMatch(/^authorization, content-type, idempotency-key/);
    expect(answer.headers.has('access-control-allow-credentials')).toBe(false);
  });

  it('that is listed may read answers and refusals, and what stands in their headers', async () => {
    for (const headers of [{ authorization: admin }, undefined]) {
      const answer = await ask('GET', '/v1/incidents', { origin: PAGE, ...headers });
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([headers ? 200 : 401, PAGE]);
      expect(answer.headers.get('access-control-expose-headers')).toMatch(/RateLimit.*X-Request-Id/);
      expect(answer.headers.get('vary')).toBe('Origin');
    }
  });

  it.each(['https://evil.example.com', `${PAGE}.evil.example`, 'http://status.example.com', `${PAGE}:8443`, 'null'])(
    'that is %s is told nothing',
    async (origin) => {
      const asked = await preflight(origin);
      expect([asked.status, crossOrigin(asked)]).toEqual([401, []]);
      const read = await ask('GET', '/v1/incidents', { origin, authorization: admin });
      expect([read.status, crossOrigin(read)]).toEqual([200, []]);
    },
  );

  it('asks nothing of a route by OPTIONS that is no question of a browser', async () => {
    expect((await ask('OPTIONS', '/v1/incidents', { origin: PAGE })).status).toBe(401);
  });
});

describe('a browser that opens a page', () => {
  const basic = (name: string, password: string): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
  });

  it.each(['/docs', '/openapi.json'])(
    'is asked for a key in its own words at %s, and shown the page with one',
    async (path) => {
      const asked = await ask('GET', path);
      expect([asked.status, asked.headers.get('www-authenticate')]).toEqual([
        401,
        'Basic realm="Tocsin: the id and the secret of a key", charset="UTF-8"',
      ]);
      const key = (await fresh('viewer')).replace('Bearer ', '');
      const [id = '', secret = ''] = key.split('.');
      for (const headers of [basic(id, secret), basic('anybody', key), { authorization: `Bearer ${key}` }])
        expect((await ask('GET', path, headers)).status).toBe(200);
      for (const headers of [basic(id, 'b'), basic('', ''), { authorization: 'Basic' }, { authorization: 'Basic ???' }])
        expect((await ask('GET', path, headers)).status).toBe(401);
      // Nobody who cannot see it with the key is shown it because a browser asks.
      const [node = '', nodeSecret = ''] = (await fresh('node')).replace('Bearer ', '').split('.');
      expect((await ask('GET', path, basic(node, nodeSecret))).status).toBe(403);
    },
  );

  it('does nothing else with what it was told: a page of another site could act by it', async () => {
    const [id = '', secret = ''] = admin.replace('Bearer ', '').split('.');
    for (const [method, path] of [
      ['GET', '/v1/incidents'],
      ['POST', '/v1/automation/switch'],
      ['POST', '/docs'],
      ['POST', '/graphql'],
      ['GET', '/metrics'],
      ['GET', '/docs/v1'],
    ] as const) {
      const answer = await ask(method, path, basic(id, secret));
      expect([path, answer.status]).toEqual([path, 401]);
    }
    expect((await ask('GET', '/v1/incidents')).headers.get('www-authenticate')).toBe('Bearer');
  });
});

describe('who sends too much', () => {
  /** Sends until it is refused; how many were let in, and the refusal. */
  const exhaust = async (send: () => Promise<Response>, refused = 429) => {
    for (let sent = 0; sent < 200; sent += 1) {
      const answer = await send();
      if (answer.status === refused) return { sent, answer };
      await answer.arrayBuffer();
    }
    throw new Error('nobody was told to wait');
  };
  const limits = ({ headers }: Response) => [headers.get('ratelimit-policy'), headers.get('ratelimit')];

  it('is told how much may come, and to wait when it is over', async () => {
    const authorization = await fresh('viewer');
    const look = () => ask('GET', '/v1/incidents', { authorization });
    expect(limits(await look())).toEqual(['"view";q=40;w=10', '"view";r=39;t=1']);
    const { sent, answer } = await exhaust(look);
    expect([sent, answer.headers.get('retry-after'), ...limits(answer)]).toEqual([
      39,
      '1',
      '"view";q=40;w=10',
      '"view";r=0;t=10',
    ]);
    expect(await answer.json()).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    await clock.advance(250);
    expect((await look()).status).toBe(200);
    expect((await look()).status).toBe(429);
  });

  it('keeps nobody else from asking, nor itself from what is counted apart', async () => {
    const authorization = await fresh('incident_commander');
    await exhaust(() => ask('GET', '/v1/incidents', { authorization }));
    expect((await ask('POST', '/v1/incidents/none/notes', { authorization })).status).not.toBe(429);
    expect((await ask('GET', '/v1/incidents', { authorization: await fresh('viewer') })).status).toBe(200);
  });

  it('is counted by what its route needs: acts, and the telemetry of a node', async () => {
    const commander = await fresh('incident_commander');
    const act = await exhaust(() => ask('POST', '/v1/incidents/none/notes', { authorization: commander }));
    expect([act.sent, ...limits(act.answer)]).toEqual([10, '"act";q=10;w=10', '"act";r=0;t=10']);
    const told = await ask('POST', '/v1/telemetry/nodes', { authorization: await fresh('node') });
    expect(limits(told)[0]).toBe('"telemetry";q=1000;w=10');
  });

  it('without a good key is told to wait by its address, and a good key passes from there', async () => {
    const from = { 'x-forwarded-for': '192.0.2.7' };
    const { sent } = await exhaust(() => ask('GET', '/v1/incidents', { ...from, authorization: 'Bearer a.b' }));
    expect(sent).toBe(30);
    const authorization = await fresh('viewer');
    expect((await ask('GET', '/v1/incidents', { ...from, authorization })).status).toBe(200);
    expect((await ask('GET', '/v1/incidents', { 'x-forwarded-for': '192.0.2.8' })).status).toBe(401);
  });

  it('without a good key is one stranger, whichever address of its network of IPv6 it takes', async () => {
    let taken = 0;
    const from = () => ({ 'x-forwarded-for': `2001:db8:1:2::${(taken += 1)}` });
    const { sent } = await exhaust(() => ask('GET', '/v1/incidents', from()));
    expect(sent).toBe(30);
    expect((await ask('GET', '/v1/incidents', { 'x-forwarded-for': '2001:db8:1:3::1' })).status).toBe(401);
  });

  it('with a proof of its own is counted by its address', async () => {
    const { sent } = await exhaust(() => ask('GET', '/act/no-link', { 'x-forwarded-for': '192.0.2.9' }));
    expect(sent).toBe(10);
    expect((await ask('GET', '/healthz', { 'x-forwarded-for': '192.0.2.9' })).status).toBe(200);
    expect((await ask('POST', '/healthz', { 'x-forwarded-for': '192.0.2.10' })).status).toBe(401);
  });
});

describe('what is no request, or none that ends', () => {
  /** What a connection is answered on which this is sent. */
  const say = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(served.url).port), '127.0.0.1');
      let heard = '';
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
      socket.once('close', () => resolve(heard)).once('error', reject);
      socket.write(text);
    });

  it.each([
    ['headers without end', `GET /v1/nodes HTTP/1.1\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
    ['an address without end', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\n\r\n`, 431, 'HEADERS_TOO_LARGE'],
    ['another protocol', '\x16\x03\x01\x00\xa5\r\n\r\n', 400, 'BODY_UNPARSABLE'],
  ])('%s is answered with a problem document, and the connection closed', async (_what, text, status, code) => {
    const heard = await say(text);
    expect(heard).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(heard).toContain("content-security-policy: default-src 'none'");
    expect(JSON.parse(heard.slice(heard.indexOf('\r\n\r\n')))).toMatchObject({ status, code });
  });
});

describe('a query that takes too long', () => {
  it('is refused, and may come again', async () => {
    const authorization = await fresh('viewer');
    const answer = await test.database.transaction(async (tx) => {
      await tx.query('lock table incident in access exclusive mode');
      return ask('GET', '/v1/incidents', { authorization });
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toMatchObject({ code: 'QUERY_TOO_SLOW' });
  });
});
