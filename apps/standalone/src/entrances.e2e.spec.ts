import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { holding, isPermitted, PRINCIPAL_ROLES, type PrincipalRole } from '#contracts';
import { type OpenApi, systemClock } from '#runtime';
import { openTestDatabase, type ServedRoles, serveRoles, type TestDatabase, TestIssuer, until } from '#testing';
import {
  type Asked,
  oidcOf,
  querierTo,
  type Send,
  senderTo,
  type Strangers,
  strangersOf,
} from './entrances.fixture.js';
import { CONSOLE_FILES, POLICY, PROVES_NOTHING } from './entrances-policy.fixture.js';
import { mutationsOf } from './mutations.fixture.js';
import { OPENAPI_SHAPE } from './openapi-shape.fixture.js';
import { ROLES } from './roles.js';

let test: TestDatabase;
let served: ServedRoles;
let issuer: TestIssuer;
let strangers: Strangers;
let send: Send;
let query: ReturnType<typeof querierTo>;
/** A token of a viewer: what holds for keys holds for it. */
let token: string;
const keys = new Map<PrincipalRole, string>();

beforeAll(async () => {
  test = await openTestDatabase();
  issuer = await TestIssuer.open(systemClock.nowMs);
  const environment = { DATA_DIR: mkdtempSync(join(tmpdir(), 'entrances-')) };
  served = await serveRoles(ROLES, test, { environment, oidc: oidcOf(issuer) });
  for (const role of PRINCIPAL_ROLES) keys.set(role, await served.keyOf(role, role === 'node' ? 'n1' : undefined));
  strangers = await strangersOf(served, issuer);
  send = senderTo(served.url);
  query = querierTo(served.url);
  token = `Bearer ${await issuer.token(['all'], { claims: { exp: Math.floor(systemClock.nowMs() / 1_000) + 840 } })}`;
});
afterAll(async () => {
  await served.close();
  await issuer.close();
  await test.close();
});

const routes = Object.entries(POLICY).filter(
  ([name]) => /^(GET|POST|DELETE) /.test(name) && !Object.hasOwn(PROVES_NOTHING, name),
);

const asked = (name: string, authorization: string | undefined): Promise<Asked> => {
  const [method = '', path = ''] = name.split(' ');
  return send(method, path.replace(/:\w+/g, 'n1'), authorization);
};
const ask = async (name: string, authorization: string | undefined): Promise<number> =>
  (await asked(name, authorization)).status;

describe('every way in', () => {
  it('asks what the policy says, and there is no other', () => {
    const found = Object.fromEntries(served.entrances.map(({ name, needs }) => [name, needs]));
    expect(found).toEqual(POLICY);
  });

  it.each(routes)('%s lets in who holds %s, and nobody else', async (name, needed) => {
    // `/readyz` says 503 until the roles have caught up with the log.
    if (needed === 'public')
      return void (await until(`${name} answers`, async () => (await ask(name, undefined)) === 200));
    for (const [what, shown, code] of strangers)
      expect([what, await asked(name, shown)]).toEqual([what, { status: 401, code }]);
    for (const [role, key] of keys) {
      const status = await ask(name, key);
      const isAsSaid = isPermitted(holding(role), needed) ? status !== 401 && status !== 403 : status === 403;
      expect([role, status, isAsSaid]).toEqual([role, status, true]);
    }
    const isViewed = isPermitted(holding('viewer'), needed);
    expect(await ask(name, token)).toBe(isViewed ? await ask(name, keys.get('viewer')) : 403);
  });

  it.each(Object.entries(PROVES_NOTHING))(
    '%s reads no key: an empty request proves nothing, whoever sends it',
    async (name, status) => {
      expect([await ask(name, undefined), await ask(name, keys.get('admin'))]).toEqual([status, status]);
    },
  );

  it('GraphQL: nobody without a key, nobody who may not view, nobody who may only view acknowledges', async () => {
    const fleet = '{ fleetHealth { fleet { key } } }';
    expect(await query(fleet, undefined)).toMatchObject({ status: 401 });
    expect(await query(fleet, keys.get('node'))).toMatchObject({ status: 403 });
    expect(await query(fleet, keys.get('viewer'))).toEqual({ status: 200, codes: [] });
    const acknowledge = 'mutation { acknowledgeIncident(input: { incidentId: "i" }) { userErrors { code } } }';
    expect((await query(acknowledge, keys.get('viewer'))).codes).toEqual(['PERMISSION_DENIED']);
    expect((await query(acknowledge, keys.get('operator'))).codes).not.toContain('PERMISSION_DENIED');
  });

  it('HEAD asks what GET asks, and OPTIONS opens nothing', async () => {
    for (const [name] of routes.filter(([each, needed]) => each.startsWith('GET ') && needed !== 'public')) {
      const head = name.replace('GET ', 'HEAD ');
      expect([head, await ask(head, undefined), await ask(head, keys.get('prober'))]).toEqual([head, 401, 403]);
      expect(await ask(name.replace('GET ', 'OPTIONS '), undefined)).toBe(401);
    }
  });

  it('GraphQL: who must not pass does not, whatever is asked', async () => {
    for (const [what, shown, code] of strangers)
      for (const text of ['{ fleetHealth { fleet { key } } }', '{ __typename }', 'nothing that can be read'])
        expect([what, await send('POST', '/graphql', shown, JSON.stringify({ query: text }))]).toEqual([
          what,
          { status: 401, code },
        ]);
  });

  it('a node key opens its own telemetry and commands, and the zones of the registry, and nothing else', async () => {
    const node = keys.get('node');
    const opened: string[] = [];
    for (const [name, needed] of routes) if (needed !== 'public' && (await ask(name, node)) !== 403) opened.push(name);
    expect(opened).toEqual([
      'GET /v1/nodes/:nodeId/commands',
      // The stated exception: an agent folds the names of queries to the zones of all customers.
      'GET /v1/registry/zones',
      'POST /v1/telemetry/nodes',
      'POST /v1/telemetry/outcomes',
    ]);
    const foreign = { status: 403, code: 'NODE_FOREIGN' };
    const crash = { type: 'crash', nodeId: 'n2', agentBootId: '1', atUs: 1, serverBootId: '1', detail: '' };
    expect(await send('GET', '/v1/nodes/n2/commands', node)).toEqual(foreign);
    expect(await send('POST', '/v1/telemetry/nodes', node, JSON.stringify([crash]))).toEqual(foreign);
  });

  it('a viewer changes nothing, by no route and by no mutation', async () => {
    const before = await served.parts.eventStore.head();
    const viewer = keys.get('viewer');
    // Read by POST: GraphQL's queries, what an act would do, and what other rules would have done.
    const previews = Object.keys(POLICY).filter((name) => /^POST .*\/preview$/.test(name) && POLICY[name] === 'view');
    const reading = ['POST /graphql', 'POST /v1/backtests', ...previews];
    const acting = routes.filter(([name]) => !name.startsWith('GET ') && !reading.includes(name));
    expect(acting.length).toBeGreaterThan(50);
    for (const [name] of acting) expect([name, await ask(name, viewer)]).toEqual([name, 403]);
    const mutations = await mutationsOf(served.url, viewer ?? '');
    expect(mutations.length).toBe(Object.keys(POLICY).filter((name) => name.startsWith('Mutation ')).length);
    for (const { name, text } of mutations.filter((each) => each.name !== 'beginBacktest'))
      expect([name, (await query(text, viewer)).codes]).toEqual([name, ['PERMISSION_DENIED']]);
    const since = await served.parts.eventStore.readAll(before, 1_000);
    expect(since.filter(({ metadata }) => metadata.actor.includes('viewer'))).toEqual([]);
  });
});

describe('the document of the interface', () => {
  // Of GraphQL its own schema speaks, and a page is for eyes.
  const isOfInterface = (name: string): boolean =>
    name.includes('/') && !name.endsWith('/graphql') && !CONSOLE_FILES.includes(name);
  const read = async (path: string): Promise<Response> =>
    fetch(new URL(path, served.url), { headers: { authorization: keys.get('viewer') ?? '' } });

  it('is OpenAPI 3.1, with schemas of draft 2020-12 and every reference within it', async () => {
    const document = (await (await read('/openapi.json')).json()) as OpenApi;
    const ajv = new Ajv2020({ strict: false });
    expect(ajv.validate(OPENAPI_SHAPE, document) ? [] : ajv.errors).toEqual([]);
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, to = '']) => to);
    const leadsTo = (to: string): unknown =>
      to.split('/').reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document);
    expect(references.length).toBeGreaterThan(100);
    expect(references.filter((to) => leadsTo(to) === undefined)).toEqual([]);
  });

  it('has every route of the policy, with what it needs', async () => {
    const { paths } = (await (await read('/openapi.json')).json()) as OpenApi;
    const found = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => [
        `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
        operation['x-permission'],
      ]),
    );
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(Object.entries(POLICY).filter(([name]) => isOfInterface(name))),
    );
  });

  it('is a page that loads nothing and runs nothing', async () => {
    const response = await read('/docs');
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/);
    const page = await response.text();
    expect(page).not.toMatch(/<script|<link|<img|<iframe|src=|@import|url\(/i);
    expect(page).toContain('id="listIncidents"');
    const names = [...page.matchAll(/ id="([^"]+)"/g)].map(([, name]) => name);
    expect(new Set(names).size).toBe(names.length);
    const missing = [...page.matchAll(/href="#([^"]+)"/g)]
      .map(([, name]) => name)
      .filter((name) => !names.includes(name));
    expect(missing).toEqual([]);
  });
});
