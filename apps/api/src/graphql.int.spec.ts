import { getIntrospectionQuery } from 'graphql';
import { streamOf } from '#contracts';
import { LAST_SLOT, segmentOf, type ServedApi, serveApi, tellStory, writeSegments } from './api.fixture.js';
import { ROOT_FIELDS_MAX } from './graphql/graphql-limits.js';

const ACKNOWLEDGE =
  'mutation ($id: ID!, $note: String) { acknowledgeIncident(id: $id, note: $note) { status acknowledgedBy note } }';
const errorOf = (code: string) => ({ errors: [{ extensions: { code } }] });

describe('the GraphQL API', () => {
  let served: ServedApi;
  let viewer: string;
  beforeAll(async () => {
    served = await serveApi();
    viewer = await served.as('viewer');
    await tellStory(served);
  });
  afterAll(() => served.end());
  const ask = (query: string, key: string | undefined = viewer, variables?: Readonly<Record<string, unknown>>) =>
    served.ask(query, key, variables);

  it('answers what REST answers, of the fleet', async () => {
    await writeSegments(served, [
      segmentOf('fleet', LAST_SLOT, { fleet: { good: 90, bad: 10, timeout: 10, latencyUs: 16 } }),
      segmentOf('region', LAST_SLOT, { 'us-east': { good: 9, bad: 1, latencyUs: 16 } }),
    ]);
    const figures = 'key good bad excluded timeout success p50 p95 p99 windowMs slot';
    const { status, body } = await ask(`{ fleetHealth { asOf fleet { ${figures} } regions { ${figures} } } }`);
    const rest = await served.send('GET', '/v1/fleet', viewer);
    expect(status).toBe(200);
    expect(body).toEqual({ data: { fleetHealth: rest.body } });
    expect(rest.body).toMatchObject({
      fleet: { success: 90, p50: 16, p99: 'timeout' },
      regions: [{ p50: null }, { p50: 16 }],
    });
    const to = (LAST_SLOT + 1) * 1_000;
    const windows = `windows(family: "fleet", key: "fleet", from: ${to - 10_000}, to: ${to}, stepMs: 5000)`;
    expect((await ask(`{ ${windows} { family stepMs windows { from good success } } }`)).body).toEqual({
      data: {
        windows: {
          family: 'fleet',
          stepMs: 5_000,
          windows: [
            { from: to - 10_000, good: 0, success: null },
            { from: to - 5_000, good: 90, success: 90 },
          ],
        },
      },
    });
    expect((await ask('{ nodes { nodeId region counted lastEventUs } }')).body).toMatchObject({
      data: { nodes: [{ nodeId: 'n1', region: 'us-east', counted: 0, lastEventUs: null }, { nodeId: 'n2' }] },
    });
  });

  it('R56: an incident comes with its reason, timeline, rollbacks and the customers affected, in one request', async () => {
    const { body } = await ask(`{
      incident(id: "in1") {
        incident { incidentId status reason { text value threshold } impact { score byTier { tier1 } top { name failing } } }
        alerts { alertId state reason { text } }
        timeline { position type actor data }
        rollbacks { rollbackId from { softwareVersion } trigger { text } gap { control } waves { wave status nodes answers { nodeId } } }
        deliveries { subject status attempts }
      }
      customersAffected(incidentId: "in1") { source dollarsPerMinute customers { name tier critical failing } }
    }`);
    expect(body).toMatchObject({
      data: {
        incident: {
          incident: {
            status: 'open',
            reason: { value: 80 },
            impact: { byTier: { tier1: 1 }, top: [{ failing: 0.77 }] },
          },
          alerts: [{ alertId: 'al1', state: 'firing' }],
          rollbacks: [
            { from: { softwareVersion: 'v2.1.5' }, gap: { control: 99.9 }, waves: [{ wave: 1 }, { wave: 2 }] },
          ],
          deliveries: [{ subject: 'page', status: 'due' }, { subject: 'command' }],
        },
        customersAffected: {
          source: 'incident',
          dollarsPerMinute: 50_500,
          customers: [{ name: 'Delta', critical: false }],
        },
      },
    });
    const { timeline } = (body as unknown as { data: { incident: { timeline: readonly { data: object }[] } } }).data
      .incident;
    expect(timeline).toHaveLength(4);
    expect(timeline[0]?.data).toMatchObject({ alertId: 'al1' });
  });

  it('lists are filtered and bounded as in REST', async () => {
    const { body } = await ask(`{
      incidents(status: ["open", "acknowledged"]) { incidentId }
      alerts(state: ["firing"], limit: 1) { alertId }
      rollouts { rolloutId release { configRev } stages { stage nodes } }
      rollbacks(status: ["running"], incidentId: "in1") { rollbackId }
      commands { commandId status }
    }`);
    expect(body).toEqual({
      data: {
        incidents: [{ incidentId: 'in1' }],
        alerts: [{ alertId: 'al1' }],
        rollouts: [{ rolloutId: 'ro1', release: { configRev: 'c42' }, stages: [{ stage: 'canary', nodes: ['n1'] }] }],
        rollbacks: [{ rollbackId: 'rb1' }],
        commands: [{ commandId: 'co1', status: 'signed' }],
      },
    });
    for (const field of [
      'incidents(limit: 501)',
      'alerts(limit: 0)',
      'rollouts(status: ["shut"])',
      'commands(limit: -1)',
    ])
      expect([field, (await ask(`{ ${field} { __typename } }`)).body]).toMatchObject([field, errorOf('QUERY_INVALID')]);
    expect((await ask('{ windows(family: "cows") { family } }')).body).toMatchObject(errorOf('QUERY_INVALID'));
    expect(await ask('{ incident(id: "none") { incident { status } } }')).toMatchObject({
      status: 200,
      body: { data: null, errors: [{ path: ['incident'], extensions: { code: 'NOT_FOUND', status: 404 } }] },
    });
  });

  it('an operator acknowledges, a viewer does not, and what is resolved is refused', async () => {
    expect((await ask(ACKNOWLEDGE, viewer, { id: 'in1' })).body).toMatchObject(errorOf('PERMISSION_DENIED'));
    const operator = await served.as('operator');
    const answers = await Promise.all([1, 2, 3].map(() => ask(ACKNOWLEDGE, operator, { id: 'in1', note: 'mine' })));
    for (const { body } of answers)
      expect(body).toEqual({
        data: {
          acknowledgeIncident: { status: 'acknowledged', acknowledgedBy: 'operator:test operator', note: 'mine' },
        },
      });
    const events = await served.parts.eventStore.readStream(streamOf.incident('in1'));
    expect(events.filter(({ event }) => event.type === 'IncidentAcknowledged')).toHaveLength(1);
    expect((await ask(ACKNOWLEDGE, operator, { id: 'in2' })).body).toMatchObject(errorOf('INCIDENT_NOT_OPEN'));
    expect((await ask(ACKNOWLEDGE, operator, { id: 'in1', note: 'x'.repeat(1_001) })).body).toMatchObject(
      errorOf('BODY_INVALID'),
    );
  });

  it('nobody without a key that may look sees anything, not even the schema', async () => {
    for (const query of ['{ fleetHealth { asOf } }', getIntrospectionQuery(), '{ __typename }', 'rubbish']) {
      expect(await served.ask(query)).toMatchObject({
        status: 401,
        type: expect.stringContaining('application/problem+json') as string,
        body: { code: 'KEY_MISSING' },
      });
      expect(await ask(query, 'Bearer a.b')).toMatchObject({ status: 401, body: { code: 'KEY_UNKNOWN' } });
      expect(await ask(query, await served.as('node'))).toMatchObject({
        status: 403,
        body: { code: 'PERMISSION_DENIED' },
      });
    }
    const { body } = await ask('{ __schema { queryType { fields { name } } } }');
    expect(JSON.stringify(body)).toContain('customersAffected');
    expect(await served.send('GET', '/graphql?query={__typename}', viewer)).toMatchObject({
      status: 405,
      body: { code: 'METHOD_NOT_ALLOWED' },
    });
  });

  it('documents are bounded in depth, in queries, in words and in bytes', async () => {
    const deep = '{ __schema { types { fields { type { ofType { ofType { ofType { ofType { name } } } } } } } } }';
    expect(await ask(deep)).toMatchObject({ status: 400, body: errorOf('QUERY_INVALID') });
    const aliases = (count: number) => Array.from({ length: count }, (_each, i) => `a${i}: nodes { nodeId }`).join(' ');
    expect((await ask(`{ ${aliases(ROOT_FIELDS_MAX)} }`)).status).toBe(200);
    for (const many of [
      `{ ${aliases(ROOT_FIELDS_MAX + 1)} }`,
      `{ ...F } fragment F on Query { ${aliases(ROOT_FIELDS_MAX + 1)} }`,
    ])
      expect(await ask(many)).toMatchObject({ status: 400, body: errorOf('QUERY_INVALID') });
    expect(await ask(`{ nodes { ${'nodeId '.repeat(2_000)} } }`)).toMatchObject({
      status: 400,
      body: errorOf('QUERY_INVALID'),
    });
    expect(await ask(`{ nodes { nodeId } } # ${'x'.repeat(66_000)}`)).toMatchObject({
      status: 413,
      body: errorOf('BODY_TOO_LARGE'),
    });
  });

  it('what cannot be understood is refused with its problem', async () => {
    for (const query of ['{ cows }', '{', '{ incident { incident { status } } }', 'mutation { cows }'])
      expect([query, await ask(query)]).toMatchObject([query, { status: 400, body: errorOf('QUERY_INVALID') }]);
    expect(await ask(ACKNOWLEDGE, viewer, { id: { a: 1 } })).toMatchObject({
      status: 400,
      body: errorOf('QUERY_INVALID'),
    });
    const response = await fetch(`${served.url}/graphql`, {
      method: 'POST',
      headers: { authorization: viewer, 'content-type': 'application/json' },
      body: '{"query":',
    });
    expect([response.status, await response.json()]).toMatchObject([400, errorOf('BODY_UNPARSABLE')]);
  });

  it('a rollout is declared, asked about and halted, and each may do what its key may', async () => {
    const operator = await served.as('operator');
    const release = (softwareVersion: string) => ({ softwareVersion, configRev: 'c1' });
    const declare = `mutation ($release: Json!, $previous: Json!) {
      declareRollout(rolloutId: "ro9", service: "web", release: $release, previous: $previous) { status mode declaredBy }
    }`;
    const variables = { release: release('v9'), previous: release('v8') };
    expect((await ask(declare, viewer, variables)).body).toMatchObject(errorOf('PERMISSION_DENIED'));
    expect((await ask(declare, operator, variables)).body).toEqual({
      data: { declareRollout: { status: 'declared', mode: 'advisory', declaredBy: 'operator:test operator' } },
    });
    expect((await ask('{ gate(rolloutId: "ro9") { mayProceed verdict missing } }')).body).toMatchObject({
      data: { gate: { mayProceed: false, verdict: 'need_more_data', missing: [{ item: 'risk' }, {}, {}, {}] } },
    });
    const halt = (comment: string) => `mutation { haltRollout(id: "ro9", comment: "${comment}") { steps } }`;
    expect((await ask(halt(' '), operator)).body).toMatchObject(errorOf('BODY_INVALID'));
    expect((await ask(halt('not today'), operator)).body).toMatchObject({
      data: { haltRollout: { steps: [{ what: 'halt_requested', by: 'operator:test operator' }] } },
    });
    expect((await ask('{ rollout(id: "none") { status } }')).body).toMatchObject(errorOf('NOT_FOUND'));
    const all =
      '{ automation { isOn } releases { name } overrides { status } breakers { service } fallbacks { status } }';
    expect((await ask(all)).body).toEqual({
      data: { automation: { isOn: true }, releases: [], overrides: [], breakers: [], fallbacks: [] },
    });
    const off = 'mutation { switchAutomation(isOn: false, comment: "drill") { isOn } }';
    expect((await ask(off, operator)).body).toMatchObject(errorOf('PERMISSION_DENIED'));
    const vote = 'mutation { voteOnOverride(id: "none", isApproved: true, comment: "x") { status } }';
    expect((await ask(vote, operator)).body).toMatchObject(errorOf('PERMISSION_DENIED'));
    expect((await ask(vote, await served.as('engineering_vp'))).body).toMatchObject(errorOf('NOT_FOUND'));
  });

  it('R49, R51, R63: a pre-flight is completed, and what people vouch for and reset is told, as in REST', async () => {
    const [operator, admin] = [await served.as('operator'), await served.as('admin')];
    const release = { softwareVersion: 'v8', configRev: 'c1' };
    const declared = { ...release, softwareVersion: 'v8.1' };
    const did = async (what: string, key: string, variables: Readonly<Record<string, unknown>> = {}) =>
      (await ask(`mutation ${what}`, key, variables)).body;
    await did(
      `($release: Json!, $previous: Json!) {
        declareRollout(rolloutId: "ro8", service: "web", release: $release, previous: $previous) { status }
      }`,
      operator,
      { release: declared, previous: release },
    );
    const risk = '{ assessRisk(id: "ro8", risk: "low", author: "ana", text: "small") { preflight } }';
    expect(await did(risk, viewer)).toMatchObject(errorOf('PERMISSION_DENIED'));
    expect(await did(risk, operator)).toMatchObject({
      data: { assessRisk: { preflight: { risk: { risk: 'low', by: 'operator:test operator' } } } },
    });
    const test = '($families: Json!) { tellLoadTest(id: "ro8", nodeId: "n1", families: $families) { preflight } }';
    expect(await did(test, operator, { families: [{ family: 'burst', passed: true }] })).toMatchObject({
      data: { tellLoadTest: { preflight: { loadTest: { nodeId: 'n1' } } } },
    });
    expect(await did(test, operator, { families: [] })).toMatchObject(errorOf('BODY_INVALID'));
    const override = '{ overridePreflight(id: "ro8", items: ["impact"], comment: "known") { preflight } }';
    expect(await did(override, operator)).toMatchObject({
      data: { overridePreflight: { preflight: { overridden: [{ items: ['impact'] }] } } },
    });
    const attest = `($release: Json!) {
      attestRelease(service: "web", release: $release, goodSinceMs: 1626800000000, nodes: 3, isRollbackSafe: true) { attestation }
      rehearseRollback(service: "web", release: $release, passed: true, detail: "12 s") { rehearsal }
    }`;
    expect(await did(attest, operator, { release })).toMatchObject({
      data: { attestRelease: { attestation: { nodes: 3 } }, rehearseRollback: { rehearsal: { passed: true } } },
    });
    const mode = '{ setAutomationMode(service: "web", mode: "approve", comment: "first week") { services } }';
    expect(await did(mode, operator)).toMatchObject(errorOf('PERMISSION_DENIED'));
    expect(await did(mode, admin)).toMatchObject({
      data: { setAutomationMode: { services: [{ service: 'web', mode: { mode: 'approve' } }] } },
    });
    expect(await did('{ resetRate(service: "web", comment: "known") { services } }', operator)).toMatchObject({
      data: { resetRate: { services: [{ rateReset: { by: 'operator:test operator' } }] } },
    });
    const end = '{ endRedirect(id: "none", comment: "scrapped") { redirectId } }';
    expect(await did(end, operator)).toMatchObject(errorOf('NOT_FOUND'));
  });

  it('every resolver says what it needs', () => {
    const resolvers = served.entrances.filter(({ name }) => /^(?:Query|Mutation) /.test(name));
    const told = (kind: string, needs: string, ...names: readonly string[]) =>
      names.map((name) => `${kind} ${name}: ${needs}`);
    expect(resolvers.map(({ name, needs }) => `${name}: ${needs}`).toSorted()).toEqual(
      [
        ...told('Mutation', 'operate', 'acknowledgeIncident', 'approveRollback', 'approveStage', 'requestOverride'),
        'Mutation resolveAlert: operate',
        ...told(
          'Mutation',
          'operate',
          'attestRelease',
          'endRedirect',
          'handOverIncident',
          'noteIncident',
          'snoozeIncident',
          'overridePreflight',
          'requestRollback',
          'resetRate',
        ),
        ...told('Mutation', 'operate', 'attachRunbookResult', 'discardStatusUpdate', 'publishStatusUpdate'),
        ...told('Mutation', 'roll_out', 'assessRisk', 'declareRollout', 'haltRollout', 'rehearseRollback'),
        ...told('Mutation', 'roll_out', 'startRollout', 'tellLoadTest'),
        'Mutation liftQuarantine: lift',
        ...told('Mutation', 'administer', 'setAutomationMode', 'switchAutomation'),
        'Mutation voteOnOverride: approve',
        'Query gate: ask_gate',
        ...told('Query', 'view', 'affectedCustomers', 'alerts', 'automation', 'breakers', 'commands'),
        ...told('Query', 'view', 'customersAffected', 'explain', 'fallbacks', 'fleetHealth', 'impact', 'incident'),
        ...told('Query', 'view', 'incidentCost', 'incidents', 'nodes', 'overrides', 'redirects', 'releases'),
        ...told('Mutation', 'operate', 'overrideSchedule', 'withdrawScheduleOverride'),
        ...told('Query', 'view', 'onCall', 'postMortem', 'runbook', 'statusUpdates'),
        ...told('Query', 'view', 'rollbacks', 'rollout', 'rollouts', 'whyNot', 'windows'),
      ].toSorted(),
    );
  });
});
