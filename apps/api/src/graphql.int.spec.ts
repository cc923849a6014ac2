import { GraphQLSchemaHost } from '@nestjs/graphql';
import { buildClientSchema, getIntrospectionQuery, type IntrospectionQuery, isObjectType } from 'graphql';
import { streamOf } from '#contracts';
import { LAST_SLOT, segmentOf, type ServedApi, serveApi, tellStory, writeSegments } from './api.fixture.js';
import { fieldsWithoutPolicy } from './graphql/field-policy.js';
import { ALIASES_MAX, DIRECTIVES_MAX, ROOT_FIELDS_MAX } from './graphql/graphql-limits.js';
import { COST_MAX } from './graphql/query-cost.js';

const ACKNOWLEDGE = `mutation ($input: AcknowledgeIncidentInput!) {
  acknowledgeIncident(input: $input) {
    incident { status acknowledgedBy note } userErrors { code message path } clientMutationId
  }
}`;
const errorOf = (code: string) => ({ errors: [{ extensions: { code } }] });
const iso = (ms: number): string => new Date(ms).toISOString();

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
  const dataOf = async (query: string, key?: string, variables?: Readonly<Record<string, unknown>>) => {
    const { status, body } = await ask(query, key, variables);
    expect([query, status, body['errors'] ?? []]).toEqual([query, 200, []]);
    return body['data'] as unknown as Readonly<Record<string, never>>;
  };

  it('answers what REST answers, of the fleet', async () => {
    await writeSegments(served, [
      segmentOf('fleet', LAST_SLOT, { fleet: { good: 90, bad: 10, timeout: 10, latencyUs: 16 } }),
      segmentOf('region', LAST_SLOT, { 'us-east': { good: 9, bad: 1, latencyUs: 16 } }),
    ]);
    const figures = 'key good bad excluded timeout success p50 p95 p99 slot';
    const data = await dataOf(`{ fleetHealth { asOf fleet { ${figures} window } regions { ${figures} } } }`);
    const rest = (await served.send('GET', '/v1/fleet', viewer)).body;
    const { asOf, fleet } = rest as unknown as { asOf: number; fleet: { windowMs: number } };
    const { windowMs, ...same } = fleet;
    expect(data).toMatchObject({ fleetHealth: { asOf: iso(asOf), fleet: { ...same, window: windowMs } } });
    const to = (LAST_SLOT + 1) * 1_000;
    const windows = `windows(family: fleet, key: "fleet", from: "${iso(to - 10_000)}", to: "${iso(to)}", step: 5000)`;
    expect(await dataOf(`{ ${windows} { family step windows { from good success } } }`)).toEqual({
      windows: {
        family: 'fleet',
        step: 5_000,
        windows: [
          { from: iso(to - 10_000), good: 0, success: null },
          { from: iso(to - 5_000), good: 90, success: 90 },
        ],
      },
    });
    expect(await dataOf('{ fleetNodes { nodes { nodeId region counted lastEventAt } } }')).toMatchObject({
      fleetNodes: { nodes: [{ nodeId: 'n1', region: 'us-east', counted: 0, lastEventAt: null }, { nodeId: 'n2' }] },
    });
  });

  it('R56: an incident comes with its evidence, timeline, rollbacks and whom it hurts, in one request', async () => {
    const data = await dataOf(`{
      incident(incidentId: "in1") {
        incidentId status evidence { text value threshold window } impact { score byTier { tier1 } top { name failing } }
        alerts { alertId state evidence { text } incident { incidentId } }
        timeline(first: 20) { position type actor data }
        rollbacks(first: 3) {
          rollbackId from { softwareVersion } whyNot { by because at } evidence { text } gap { control } waves { wave status nodes }
          commands(first: 3) { commandId action deliveries(first: 3) { subject attempts { attempt } } } rollout { rolloutId }
        }
        deliveries { subject status attemptCount }
        customers { source dollarsPerMinute customers { name tier critical failing } }
        statusUpdates { n } fallbacks { fallbackId } redirects { redirectId } escalation { state }
      }
    }`);
    expect(data).toMatchObject({
      incident: {
        status: 'open',
        evidence: [{ value: 80, threshold: 99, window: 60_000 }],
        impact: { byTier: { tier1: 1 }, top: [{ failing: 0.77 }] },
        alerts: [{ alertId: 'al1', state: 'firing', incident: { incidentId: 'in1' } }],
        rollbacks: [
          {
            from: { softwareVersion: 'v2.1.5' },
            whyNot: [],
            evidence: [{ text: 'success 80 % < 99 % over 1m' }],
            gap: { control: 99.9 },
            waves: [{ wave: 1 }, { wave: 2 }],
            commands: [{ commandId: 'co1', action: 'rollback', deliveries: [{ subject: 'command' }] }],
            rollout: { rolloutId: 'ro1' },
          },
        ],
        deliveries: [{ subject: 'page', status: 'due', attemptCount: 0 }],
        customers: { source: 'incident', dollarsPerMinute: 50_500, customers: [{ name: 'Delta', critical: false }] },
        escalation: null,
      },
    });
    const { timeline } = data['incident'] as unknown as { timeline: readonly { data: object }[] };
    expect(timeline).toHaveLength(4);
    expect(timeline[0]?.data).toMatchObject({ alertId: 'al1' });
  });

  it('lists are pages with cursors, filtered and bounded as in REST', async () => {
    const data = await dataOf(`{
      incidents(status: [open, acknowledged]) { nodes { incidentId } pageInfo { hasNextPage } }
      alerts(state: [firing], first: 1) { edges { cursor node { alertId } } pageInfo { hasNextPage endCursor } }
      rollouts { nodes { rolloutId release { configRev } stages { stage nodes } } }
      rollbacks(status: [running], incidentId: "in1") { nodes { rollbackId } }
      commands { nodes { commandId status } }
    }`);
    expect(data).toMatchObject({
      incidents: { nodes: [{ incidentId: 'in1' }], pageInfo: { hasNextPage: false } },
      alerts: { edges: [{ node: { alertId: 'al1' } }], pageInfo: { hasNextPage: true } },
      rollouts: { nodes: [{ rolloutId: 'ro1', release: { configRev: 'c42' }, stages: [{ nodes: ['n1'] }] }] },
      rollbacks: { nodes: [{ rollbackId: 'rb1' }] },
      commands: { nodes: [{ commandId: 'co1', status: 'signed' }] },
    });
    const { pageInfo } = data['alerts'] as unknown as { pageInfo: { endCursor: string } };
    const rest = `{ alerts(after: "${pageInfo.endCursor}") { nodes { alertId } pageInfo { hasPreviousPage hasNextPage } } }`;
    expect(await dataOf(rest)).toEqual({
      alerts: { nodes: [{ alertId: 'al2' }], pageInfo: { hasPreviousPage: true, hasNextPage: false } },
    });
    for (const field of [
      'incidents(first: 501)',
      'alerts(first: 0)',
      'commands(first: -1)',
      'windows(family: fleet, step: 1)',
    ])
      expect([field, (await ask(`{ ${field} { __typename } }`)).body]).toMatchObject([field, errorOf('QUERY_INVALID')]);
    expect((await ask(`{ incidents(after: "${pageInfo.endCursor}") { __typename } }`)).body).toMatchObject(
      errorOf('CURSOR_INVALID'),
    );
    for (const field of ['rollouts(status: [shut])', 'windows(family: cows)'])
      expect(await ask(`{ ${field} { __typename } }`)).toMatchObject({
        status: 422,
        body: errorOf('DOCUMENT_INVALID'),
      });
    expect(await ask('{ incident(incidentId: "none") { status } }')).toMatchObject({
      status: 200,
      body: {
        data: { incident: null },
        errors: [{ path: ['incident'], extensions: { code: 'NOT_FOUND', status: 404 } }],
      },
    });
  });

  it('a silence is previewed as by REST: what it would mute, and nothing is recorded', async () => {
    const before = await served.parts.eventStore.head();
    const preview = (where: string) => `{ silencePreview(where: [${where}], duration: 600000) {
      startsAt endsAt alerts { alertId rule scope key severity state incidentId } compared
    } }`;
    const wanted = { where: { severity: ['crit*'] }, durationMs: 600_000, comment: 'look' };
    const rest = (await served.send('POST', '/v1/silences/preview', viewer, wanted)).body['preview'] as unknown as {
      readonly startsAt: number;
      readonly endsAt: number;
      readonly alerts: readonly object[];
    };
    expect(rest.alerts.length).toBeGreaterThan(0);
    const moments = { startsAt: iso(rest.startsAt), endsAt: iso(rest.endsAt) };
    const data = await dataOf(preview('{ label: "severity", patterns: ["crit*"] }'));
    expect(data).toEqual({ silencePreview: { ...rest, ...moments } });
    const none = await dataOf(preview('{ label: "rule", patterns: ["none"] }'));
    expect(none).toMatchObject({ silencePreview: { alerts: [] } });
    const twice = '{ label: "severity", patterns: ["none"] }, { label: "severity", patterns: ["crit*"] }';
    for (const where of ['', twice]) expect((await ask(preview(where))).body).toMatchObject(errorOf('BODY_INVALID'));
    expect(await served.parts.eventStore.head()).toBe(before);
  });

  it('a position that is none is refused', async () => {
    for (const position of ['0.5', '-1', '1e308'])
      expect((await ask(`{ events(position: ${position}) { nodes { position } } }`)).body).toMatchObject(
        errorOf('QUERY_INVALID'),
      );
  });

  it('every thing is found again by its global id', async () => {
    const data = await dataOf(`{
      incidents(first: 1) { nodes { id } } alerts(first: 1) { nodes { id } } commands { nodes { id } }
      rollouts { nodes { id } } rollbacks { nodes { id } } deliveries { nodes { id } } channels { nodes { id } }
      fleetNodes { nodes { id } } customers { nodes { id critical } }
    }`);
    const ids = Object.values(data).flatMap(({ nodes }: { nodes: readonly { id: string }[] }) =>
      nodes.map(({ id }) => id),
    );
    expect(ids.length).toBeGreaterThan(10);
    const found = await dataOf('query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }', viewer, { ids });
    expect((found['nodes'] as unknown as readonly { id: string }[]).map(({ id }) => id)).toEqual(ids);
    const named = '{ node(id: "SW5jaWRlbnQ6aW4x") { __typename ... on Incident { incidentId } } }';
    expect(await dataOf(named)).toEqual({ node: { __typename: 'Incident', incidentId: 'in1' } });
    for (const id of ['', 'x', 'SW5jaWRlbnQ6bm9uZQ', 'SW5jaWRlbnQ6', 'Q293czox'])
      expect(await dataOf(`{ node(id: "${id}") { id } }`)).toEqual({ node: null });
  });

  it('an operator acknowledges, a viewer does not, and what is resolved is told as an error of the user', async () => {
    expect((await ask(ACKNOWLEDGE, viewer, { input: { incidentId: 'in1' } })).body).toMatchObject(
      errorOf('PERMISSION_DENIED'),
    );
    const operator = await served.as('operator');
    const input = { incidentId: 'in1', note: 'mine', clientMutationId: 'm1' };
    const answers = await Promise.all([1, 2, 3].map(() => dataOf(ACKNOWLEDGE, operator, { input })));
    const incident = { status: 'acknowledged', acknowledgedBy: 'operator:test operator', note: 'mine' };
    for (const data of answers)
      expect(data).toEqual({ acknowledgeIncident: { incident, userErrors: [], clientMutationId: 'm1' } });
    const events = await served.parts.eventStore.readStream(streamOf.incident('in1'));
    expect(events.filter(({ event }) => event.type === 'IncidentAcknowledged')).toHaveLength(1);
    expect(await dataOf(ACKNOWLEDGE, operator, { input: { incidentId: 'in2' } })).toMatchObject({
      acknowledgeIncident: { incident: null, userErrors: [{ code: 'INCIDENT_NOT_OPEN', path: null }] },
    });
    const other = { incidentId: 'in1', note: 'another', clientMutationId: 'm1' };
    expect(await dataOf(ACKNOWLEDGE, operator, { input: other })).toMatchObject({
      acknowledgeIncident: { incident: null, userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED' }], clientMutationId: 'm1' },
    });
    const long = { incidentId: 'in1', note: 'x'.repeat(1_001) };
    expect(await dataOf(ACKNOWLEDGE, operator, { input: long })).toMatchObject({
      acknowledgeIncident: { incident: null, userErrors: [{ code: 'BODY_INVALID', path: ['input', 'note'] }] },
    });
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
    expect(await served.send('GET', '/graphql?query={__typename}', viewer)).toMatchObject({
      status: 405,
      body: { code: 'METHOD_NOT_ALLOWED' },
    });
  });

  it('the schema is told to whoever may look, every field of it with what it is', async () => {
    const told = (await dataOf(getIntrospectionQuery())) as unknown as IntrospectionQuery;
    const schema = buildClientSchema(told);
    const silent = Object.values(schema.getTypeMap()).flatMap((type) => {
      if (type.name.startsWith('__')) return [];
      const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
      const root = ['Query', 'Mutation', 'Subscription'].includes(type.name);
      return [
        ...(type.description || root ? [] : [type.name]),
        ...fields.flatMap((field) => (field.description ? [] : [`${type.name}.${field.name}`])),
      ];
    });
    expect(silent).toEqual([]);
    expect(fieldsWithoutPolicy(served.get<GraphQLSchemaHost>(GraphQLSchemaHost as never).schema)).toEqual([]);
    const json = Object.values(schema.getTypeMap()).flatMap((type) =>
      isObjectType(type) && !type.name.startsWith('__')
        ? Object.values(type.getFields()).flatMap((field) =>
            String(field.type).includes('Json') ? [`${type.name}.${field.name}`] : [],
          )
        : [],
    );
    expect(json).toEqual([
      'Event.data',
      'ExplainedStep.data',
      'FieldChange.after',
      'FieldChange.before',
      'ShownAct.data',
    ]);
  });

  it('keys are seen by administrators alone, however they are asked for', async () => {
    const admin = await served.as('admin');
    const { keys } = (await dataOf('{ keys { nodes { id keyId role } } }', admin)) as unknown as {
      keys: { nodes: readonly { id: string }[] };
    };
    expect(keys.nodes.length).toBeGreaterThan(0);
    const wanted =
      '{ name: "cut", role: viewer, scopes: [view], expiresAt: "2031-01-01T00:00:00.000Z", comment: "a test" }';
    const made = await dataOf(`mutation { createKey(input: ${wanted}) { key { keyId } userErrors { code } } }`, admin);
    const { key, userErrors } = made['createKey'] as unknown as { key: { keyId: string } | null; userErrors: object[] };
    expect(userErrors).toEqual([]);
    expect(await dataOf('{ keys(first: 500) { nodes { keyId scopes expiresAt } } }', admin)).toMatchObject({
      keys: { nodes: expect.arrayContaining([{ ...key, scopes: ['view'], expiresAt: '2031-01-01T00:00:00.000Z' }]) },
    });
    const byId = `{ node(id: "${keys.nodes[0]?.id}") { ... on Key { keyId } } }`;
    expect(await dataOf(byId, admin)).toMatchObject({ node: { keyId: expect.any(String) as string } });
    for (const query of [byId, '{ keys { nodes { keyId } } }', '{ keys { pageInfo { hasNextPage } } }']) {
      const before = served.asked.length;
      expect([query, await ask(query)]).toMatchObject([query, { status: 403, body: errorOf('PERMISSION_DENIED') }]);
      expect(served.asked.slice(before).filter((text) => text.includes('api_key') && !text.includes('$1'))).toEqual([]);
    }
  });

  it('T-E4: documents are bounded in depth, aliases, directives, queries, words, bytes and cost; nothing is read', async () => {
    const repeated = (count: number, of: (i: number) => string) =>
      Array.from({ length: count }, (_, i) => of(i)).join(' ');
    const fields = (count: number) => repeated(count, () => 'automation { isOn }');
    const aliases = (count: number) => repeated(count, (i) => `a${i}: automation { isOn }`);
    expect((await ask(`{ ${aliases(ALIASES_MAX)} }`)).status).toBe(200);
    const deep =
      '{ incidents { edges { node { alerts { incident { alerts { incident { alerts { alertId } } } } } } } } }';
    const around = '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }';
    const before = served.asked.length;
    for (const document of [
      deep,
      around,
      `{ ${aliases(ALIASES_MAX + 1)} }`,
      `{ ...F } fragment F on Query { ${aliases(ALIASES_MAX + 1)} }`,
      `{ ${fields(ROOT_FIELDS_MAX + 1)} }`,
      `{ automation { ${repeated(DIRECTIVES_MAX + 1, () => 'isOn @include(if: true)')} } }`,
    ])
      expect([document, await ask(document)]).toMatchObject([
        document,
        { status: 422, body: errorOf('DOCUMENT_INVALID') },
      ]);
    expect(await ask(`{ automation { ${'isOn '.repeat(2_000)} } }`)).toMatchObject({
      status: 400,
      body: errorOf('QUERY_INVALID'),
    });
    expect(await ask(`{ automation { isOn } } # ${'x'.repeat(66_000)}`)).toMatchObject({
      status: 413,
      body: errorOf('BODY_TOO_LARGE'),
    });
    const bomb = Array.from({ length: 40 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`).join(
      ' ',
    );
    const spread = `{ ...F0 } ${bomb} fragment F40 on Query { incidents(first: 1) { nodes { incidentId } } }`;
    expect((await ask(spread, viewer)).status).toBe(422);
    const byDefault =
      'query ($n: Int = 500) { incidents(first: $n) { nodes { alerts { alertId } deliveries { subject } } } }';
    expect(await ask(byDefault, viewer)).toMatchObject({ status: 422, body: errorOf('QUERY_TOO_COSTLY') });
    const costly = 'query ($n: Int) { incidents(first: $n) { nodes { alerts { alertId } deliveries { subject } } } }';
    expect(await ask(costly, viewer, { n: 500 })).toMatchObject({
      status: 422,
      body: { ...errorOf('QUERY_TOO_COSTLY'), extensions: { cost: { asked: 10_500, max: COST_MAX } } },
    });
    const read = served.asked.slice(before).filter((text) => /from (?:incident|alert|automation)\b/.test(text));
    expect(read).toEqual([]);
    const cheap = await ask(costly, viewer, { n: 1 });
    expect(cheap).toMatchObject({ status: 200, body: { extensions: { cost: { asked: 21, max: COST_MAX } } } });
  });

  it('what is sent for an incident is read with two queries at most', async () => {
    const before = served.asked.length;
    await served.send('GET', '/v1/incidents/in1', viewer);
    expect(served.asked.slice(before).filter((text) => /from delivery/.test(text)).length).toBeLessThanOrEqual(2);
  });

  it('what cannot be understood is refused with its problem, without a guess', async () => {
    expect(await ask('{')).toMatchObject({ status: 400, body: errorOf('QUERY_INVALID') });
    for (const query of [
      '{ cows }',
      '{ incident { status } }',
      'mutation { cows }',
      '{ incidentz { nodes { id } } }',
    ]) {
      const answer = await ask(query);
      expect([query, answer]).toMatchObject([query, { status: 422, body: errorOf('DOCUMENT_INVALID') }]);
      expect(JSON.stringify(answer.body)).not.toContain('Did you mean');
    }
    expect(await ask(ACKNOWLEDGE, viewer, { input: {} })).toMatchObject({
      status: 422,
      body: errorOf('DOCUMENT_INVALID'),
    });
    const sent = async (type: string, body: string, accept = '*/*') => {
      const headers = { authorization: viewer, 'content-type': type, accept };
      const response = await fetch(`${served.url}/graphql`, { method: 'POST', headers, body });
      return {
        status: response.status,
        type: response.headers.get('content-type'),
        body: (await response.json()) as object,
      };
    };
    expect(await sent('application/json', '{"query":')).toMatchObject({
      status: 400,
      body: errorOf('BODY_UNPARSABLE'),
    });
    const query = JSON.stringify({ query: '{ automation { isOn } }' });
    for (const simple of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      expect(await sent(simple, query)).toMatchObject({ status: 415, body: { code: 'CONTENT_TYPE_UNKNOWN' } });
    expect((await sent('application/json', `[${query}]`)).status).toBe(422);
    const graphql = 'application/graphql-response+json';
    expect(await sent('application/json', query, graphql)).toMatchObject({
      status: 200,
      type: `${graphql}; charset=utf-8`,
    });
    const partial = JSON.stringify({ query: '{ automation { isOn } incident(incidentId: "none") { status } }' });
    for (const [accept, status] of [
      ['application/json', 200],
      [`${graphql}, application/json;q=0.9`, 294],
    ] as const)
      expect(await sent('application/json', partial, accept)).toMatchObject({
        status,
        body: { data: { automation: { isOn: true }, incident: null }, ...errorOf('NOT_FOUND') },
      });
    expect(await sent('application/json', JSON.stringify({ query: '{ cows }' }), graphql)).toMatchObject({
      status: 422,
    });
  });
});
