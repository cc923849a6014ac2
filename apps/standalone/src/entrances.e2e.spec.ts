import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { holding, isPermitted, type Permission, PRINCIPAL_ROLES, type PrincipalRole } from '#contracts';
import type { OpenApi } from '#runtime';
import { openTestDatabase, type ServedRoles, serveRoles, type TestDatabase, until } from '#testing';
import { OPENAPI_SHAPE } from './openapi-shape.fixture.js';
import { ROLES } from './roles.js';

/** What every way in asks of its caller: the policy, written down once more, so that no change of it goes unseen. */
const POLICY: Readonly<Record<string, Permission>> = {
  'DELETE /v1/on-call/overrides/:id': 'operate',
  'DELETE /v1/silences/:id': 'operate',
  'GET /api/v2/alerts': 'alert',
  'GET /api/v2/status': 'alert',
  'GET /act/:token': 'public',
  'GET /docs': 'view',
  'GET /healthz': 'public',
  'GET /metrics': 'view',
  'GET /openapi.json': 'view',
  'GET /readyz': 'public',
  'GET /v1/alerts': 'view',
  'GET /v1/automation': 'view',
  'GET /v1/breakers': 'view',
  'GET /v1/channels': 'view',
  'GET /v1/commands': 'view',
  'GET /v1/audit': 'view',
  'GET /v1/audit/:position': 'view',
  'GET /v1/audit/verifications/:id': 'view',
  'GET /v1/customers': 'view',
  'GET /v1/dead-letters': 'view',
  'GET /v1/disagreements': 'view',
  'GET /v1/deliveries': 'view',
  'GET /v1/deliveries/:id': 'view',
  'GET /v1/drills': 'view',
  'GET /v1/events': 'view',
  'GET /v1/events/head': 'view',
  'GET /v1/explain/:kind/:id': 'view',
  'GET /v1/fallbacks': 'view',
  'GET /v1/fleet': 'view',
  'GET /v1/impact': 'view',
  'GET /v1/impact/customers': 'view',
  'GET /v1/incidents': 'view',
  'GET /v1/incidents/:id': 'view',
  'GET /v1/incidents/:id/cost': 'view',
  'GET /v1/incidents/:id/customers': 'view',
  'GET /v1/incidents/:id/post-mortem': 'view',
  'GET /v1/incidents/:id/post-mortem.md': 'view',
  'GET /v1/incidents/:id/runbook': 'view',
  'GET /v1/incidents/:id/status-updates': 'view',
  'GET /v1/incidents/:id/status-updates/:n/customers': 'view',
  'GET /v1/keys': 'administer',
  'GET /v1/node-keys': 'administer',
  'GET /v1/maintenance': 'view',
  'GET /v1/nodes': 'view',
  'GET /v1/nodes/:nodeId/commands': 'commands',
  'GET /v1/on-call': 'view',
  'GET /v1/on-call/plan': 'view',
  'GET /v1/on-call/schedules/:id': 'view',
  'GET /v1/overrides': 'view',
  'GET /v1/registry/zones': 'telemetry',
  'GET /v1/redirects': 'view',
  'GET /v1/releases': 'view',
  'GET /v1/rollbacks': 'view',
  'GET /v1/rollouts': 'view',
  'GET /v1/rollouts/:id': 'view',
  'GET /v1/rollouts/:id/gate': 'ask_gate',
  'GET /v1/rules': 'view',
  'GET /v1/silences': 'view',
  'GET /v1/status-updates': 'view',
  'GET /v1/stream': 'view',
  'GET /v1/why-not/:rule': 'view',
  'GET /v1/rules/history': 'view',
  'GET /v1/windows': 'view',
  'POST /act/:token': 'public',
  'POST /api/v2/alerts': 'alert',
  'POST /v1/alerts/alertmanager': 'alert',
  'POST /v1/alerts/:id/resolve': 'operate',
  'POST /v1/automation/modes': 'administer',
  'POST /v1/automation/rate-resets': 'operate',
  'POST /v1/automation/switch': 'administer',
  'POST /v1/audit/verifications': 'operate',
  'POST /v1/channels/:name/enable': 'operate',
  'POST /v1/channels/:name/test': 'operate',
  'POST /v1/callbacks/pagerduty': 'public',
  'POST /v1/callbacks/slack': 'public',
  'POST /v1/callbacks/slack/events': 'public',
  'POST /v1/customers': 'administer',
  'POST /v1/deliveries/:id/retry': 'operate',
  'POST /v1/drills': 'operate',
  'POST /v1/incidents/:id/acknowledge': 'operate',
  'POST /v1/incidents/:id/hand-over': 'operate',
  'POST /v1/incidents/:id/notes': 'operate',
  'POST /v1/incidents/:id/runbook/:step/results': 'operate',
  'POST /v1/incidents/:id/snooze': 'operate',
  'POST /v1/incidents/:id/status-updates/:n/discard': 'operate',
  'POST /v1/incidents/:id/status-updates/:n/publish': 'operate',
  'POST /v1/keys': 'administer',
  'POST /v1/keys/:id/revoke': 'administer',
  'POST /v1/node-keys': 'administer',
  'POST /v1/node-keys/:id/revoke': 'administer',
  'POST /v1/nodes': 'administer',
  'POST /v1/on-call': 'administer',
  'POST /v1/on-call/check': 'operate',
  'POST /v1/on-call/overrides': 'operate',
  'POST /v1/on-call/reload': 'administer',
  'POST /v1/overrides': 'operate',
  'POST /v1/overrides/:id/votes': 'approve',
  'POST /v1/redirects/:id/end': 'operate',
  'POST /v1/releases/attestations': 'operate',
  'POST /v1/releases/quarantine/lift': 'lift',
  'POST /v1/releases/rehearsals': 'roll_out',
  'POST /v1/rollbacks/:id/approve': 'operate',
  'POST /v1/rollouts': 'roll_out',
  'POST /v1/rollouts/:id/approvals': 'operate',
  'POST /v1/rollouts/:id/halt': 'roll_out',
  'POST /v1/rollouts/:id/load-tests': 'roll_out',
  'POST /v1/rollouts/:id/overrides': 'operate',
  'POST /v1/rollouts/:id/risk': 'roll_out',
  'POST /v1/rollouts/:id/rollback': 'operate',
  'POST /v1/rollouts/:id/rollback/preview': 'view',
  'POST /v1/rollouts/:id/start': 'roll_out',
  'POST /v1/rules/reload': 'administer',
  'POST /v1/signals': 'signal',
  'POST /v1/silences': 'operate',
  'POST /v1/telemetry/nodes': 'commands',
  'POST /v1/telemetry/outcomes': 'telemetry',
  'POST /v1/telemetry/probes': 'probe',
  'POST /v1/tickets': 'alert',
  'POST /v2/change/enqueue': 'public',
  'POST /v2/enqueue': 'public',
  'Mutation acknowledgeIncident': 'operate',
  'Mutation addSilence': 'operate',
  'Mutation approveRollback': 'operate',
  'Mutation approveStage': 'operate',
  'Mutation assessRisk': 'roll_out',
  'Mutation attachRunbookResult': 'operate',
  'Mutation attestRelease': 'operate',
  'Mutation beginDrill': 'operate',
  'Mutation checkOnCall': 'operate',
  'Mutation createKey': 'administer',
  'Mutation declareRollout': 'roll_out',
  'Mutation discardStatusUpdate': 'operate',
  'Mutation enableChannel': 'operate',
  'Mutation endRedirect': 'operate',
  'Mutation expireSilence': 'operate',
  'Mutation haltRollout': 'roll_out',
  'Mutation handOverIncident': 'operate',
  'Mutation issueNodeKey': 'administer',
  'Mutation liftQuarantine': 'lift',
  'Mutation loadOnCall': 'administer',
  'Mutation noteIncident': 'operate',
  'Mutation overridePreflight': 'operate',
  'Mutation overrideSchedule': 'operate',
  'Mutation publishStatusUpdate': 'operate',
  'Mutation registerCustomers': 'administer',
  'Mutation registerNodes': 'administer',
  'Mutation rehearseRollback': 'roll_out',
  'Mutation reloadOnCall': 'administer',
  'Mutation reloadRules': 'administer',
  'Mutation requestOverride': 'operate',
  'Mutation requestRollback': 'operate',
  'Mutation resetRate': 'operate',
  'Mutation resolveAlert': 'operate',
  'Mutation retryDelivery': 'operate',
  'Mutation revokeKey': 'administer',
  'Mutation revokeNodeKey': 'administer',
  'Mutation setAutomationMode': 'administer',
  'Mutation snoozeIncident': 'operate',
  'Mutation startRollout': 'roll_out',
  'Mutation switchAutomation': 'administer',
  'Mutation tellLoadTest': 'roll_out',
  'Mutation testChannel': 'operate',
  'Mutation voteOnOverride': 'approve',
  'Mutation withdrawScheduleOverride': 'operate',
  'Query affectedCustomers': 'view',
  'Query alert': 'view',
  'Query alerts': 'view',
  'Query automation': 'view',
  'Query breakers': 'view',
  'Query channels': 'view',
  'Query command': 'view',
  'Query commands': 'view',
  'Query customer': 'view',
  'Query customers': 'view',
  'Query deadLetters': 'view',
  'Query deliveries': 'view',
  'Query delivery': 'view',
  'Query disagreements': 'view',
  'Query drills': 'view',
  'Query events': 'view',
  'Query explain': 'view',
  'Query fallbacks': 'view',
  'Query fleetHealth': 'view',
  'Query fleetNode': 'view',
  'Query fleetNodes': 'view',
  'Query gate': 'ask_gate',
  'Query headPosition': 'view',
  'Query impact': 'view',
  'Query incident': 'view',
  'Query incidentCost': 'view',
  'Query incidents': 'view',
  'Query keys': 'administer',
  'Query maintenance': 'view',
  'Query maintenanceWindows': 'view',
  'Query node': 'view',
  'Query nodeKeys': 'administer',
  'Query nodes': 'view',
  'Query onCall': 'view',
  'Query onCallPlan': 'view',
  'Query override': 'view',
  'Query overrides': 'view',
  'Query postMortem': 'view',
  'Query redirect': 'view',
  'Query redirects': 'view',
  'Query releases': 'view',
  'Query rollback': 'view',
  'Query rollbackPreview': 'view',
  'Query rollbacks': 'view',
  'Query rollout': 'view',
  'Query rollouts': 'view',
  'Query ruleHistory': 'view',
  'Query rules': 'view',
  'Query runbook': 'view',
  'Query shifts': 'view',
  'Query silence': 'view',
  'Query silences': 'view',
  'Query statusUpdates': 'view',
  'Query whyNot': 'view',
  'Query windows': 'view',
};

/** What an empty request is answered where the proof is in it. */
const PROVES_NOTHING: Readonly<Record<string, number>> = {
  'GET /act/:token': 403,
  'POST /act/:token': 403,
  'POST /v1/callbacks/pagerduty': 404,
  'POST /v1/callbacks/slack': 404,
  'POST /v1/callbacks/slack/events': 404,
  'POST /v2/change/enqueue': 400,
  'POST /v2/enqueue': 400,
};

let test: TestDatabase;
let served: ServedRoles;
const keys = new Map<PrincipalRole, string>();
beforeAll(async () => {
  test = await openTestDatabase();
  const environment = { DATA_DIR: mkdtempSync(join(tmpdir(), 'entrances-')) };
  served = await serveRoles(ROLES, test, { environment });
  for (const role of PRINCIPAL_ROLES) keys.set(role, await served.keyOf(role, role === 'node' ? 'n1' : undefined));
});
afterAll(async () => {
  await served.close();
  await test.close();
});

const routes = Object.entries(POLICY).filter(
  ([name]) => /^(GET|POST|DELETE) /.test(name) && !Object.hasOwn(PROVES_NOTHING, name),
);

const ask = async (name: string, authorization: string | undefined): Promise<number> => {
  const [method = '', path = ''] = name.split(' ');
  const url = new URL(path.replace(/:\w+/g, 'n1'), served.url);
  if (method === 'GET') url.searchParams.set('waitMs', '0');
  const { status } = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
    ...(method === 'GET' ? {} : { body: '{}' }),
  });
  return status;
};

const query = async (
  text: string,
  authorization: string | undefined,
): Promise<{ status: number; codes: unknown[] }> => {
  const response = await fetch(new URL('/graphql', served.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
    body: JSON.stringify({ query: text }),
  });
  const { errors = [] } = (await response.json()) as { errors?: { extensions?: { code?: unknown } }[] };
  return { status: response.status, codes: errors.map(({ extensions }) => extensions?.code) };
};

describe('every way in', () => {
  it('asks what the policy says, and there is no other', () => {
    const found = Object.fromEntries(served.entrances.map(({ name, needs }) => [name, needs]));
    expect(found).toEqual(POLICY);
  });

  it.each(routes)('%s lets in who holds %s, and nobody else', async (name, needed) => {
    // `/readyz` says 503 until the roles have caught up with the log.
    if (needed === 'public')
      return void (await until(`${name} answers`, async () => (await ask(name, undefined)) === 200));
    expect(await ask(name, undefined)).toBe(401);
    expect(await ask(name, 'Bearer nobody.knows-this-key')).toBe(401);
    for (const [role, key] of keys) {
      const status = await ask(name, key);
      const isAsSaid = isPermitted(holding(role), needed) ? status !== 401 : status === 403;
      expect([role, status, isAsSaid]).toEqual([role, status, true]);
    }
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
});

describe('the document of the interface', () => {
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
      Object.fromEntries(Object.entries(POLICY).filter(([name]) => name.includes('/'))),
    );
  });

  it('is a page that loads nothing and runs nothing', async () => {
    const response = await read('/docs');
    expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-[^']+';/);
    const page = await response.text();
    expect(page).not.toMatch(/<script|<link|<img|<iframe|src=|@import|url\(/i);
    expect(page).toContain('id="listIncidents"');
  });
});
