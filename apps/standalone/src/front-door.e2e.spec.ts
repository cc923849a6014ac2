import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock, openTestDatabase, type ServedRoles, serveRoles, type TestDatabase } from '#testing';
import { ROLES } from './roles.js';

const PAGE = 'https://status.example.com';

let test: TestDatabase;
let served: ServedRoles;
let admin: string;
const clock = new FakeClock();
beforeAll(async () => {
  test = await openTestDatabase();
  served = await serveRoles(ROLES, test, {
    clock,
    environment: { DATA_DIR: mkdtempSync(join(tmpdir(), 'front-door-')) },
    publicUrl: 'https://tocsin.example.com',
    door: { corsOrigins: new Set([PAGE]) },
  });
  admin = await served.keyOf('admin');
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
