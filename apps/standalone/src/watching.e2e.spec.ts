import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTraces, type Traces } from '#runtime';
import type { Queryable } from '#store';
import {
  describePromtool,
  openTestDatabase,
  runPromtool,
  type ServedRoles,
  serveRoles,
  type TestDatabase,
  until,
} from '#testing';
import { asRules, dashboardsIn, labelsIn, metricsIn, namesIn } from './dashboards.fixture.js';
import { documentedIn, exposedIn } from './metrics.fixture.js';
import { openOtlpReceiver, type OtlpReceiver } from './otlp-receiver.fixture.js';
import { ROLES } from './roles.js';

const TOKEN = 'm'.repeat(32);
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const read = (path: string): string => readFileSync(join(process.cwd(), path), 'utf8');
/** T-C5: what Prometheus is asked to hold of one process at most. */
const SERIES_MAX = 20_000;

let test: TestDatabase;
let served: ServedRoles;
let receiver: OtlpReceiver;
let traces: Traces;
let viewer: string;
let admin: string;

const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  fetch(new URL(path, served.url), { headers });
const metrics = async (accept = 'text/plain'): Promise<string> =>
  (await get('/metrics', { authorization: viewer, accept })).text();
const post = (path: string, body: unknown, headers: Readonly<Record<string, string>>) =>
  fetch(new URL(path, served.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

beforeAll(async () => {
  test = await openTestDatabase();
  receiver = await openOtlpReceiver();
  traces = await openTraces(
    { endpoint: receiver.endpoint, headers: { authorization: 'of the collector' }, ratio: 0 },
    [],
  );
  const environment = { DATA_DIR: mkdtempSync(join(tmpdir(), 'watching-')) };
  served = await serveRoles(ROLES, test, { environment, traces, metricsToken: TOKEN });
  [viewer, admin] = [await served.keyOf('viewer'), await served.keyOf('admin')];
  // Some traffic: good, refused, unknown, GraphQL.
  await post('/v1/keys', { name: 'a', role: 'viewer', comment: 'a test' }, { authorization: admin });
  await post('/v1/telemetry/outcomes', { no: 'batch' }, { authorization: await served.keyOf('ingest') });
  await get('/v1/fleet', { authorization: viewer });
  await get('/no/such/path', { authorization: viewer });
  await post('/graphql', { query: '{ fleetHealth { fleet { key } } }' }, { authorization: viewer });
  await until('the rules decide', async () => (await metrics()).includes('tocsin_rules_tick_lag_seconds '));
});
afterAll(async () => {
  await served.close();
  await receiver.close();
  await test.close();
});

/** Families without labels of which this process knows no value: they are missing, rather than told as 0. */
const UNKNOWN_HERE: readonly string[] = ['tocsin_dead_man_told'];
/** Families with labels that have a sample here, at least: so many are looked at. */
const LABELLED_MIN = 20;

describe('/metrics of a whole process', () => {
  it('counts what came', async () => {
    const lines = (await metrics()).split('\n');
    const missing = [
      /^tocsin_http_requests_total\{method="POST",route="\/v1\/telemetry\/outcomes",status="4xx"\} 1$/,
      /^tocsin_http_requests_total\{method="GET",route="unmatched",status="4xx"\} 1$/,
      /^tocsin_http_request_duration_seconds_count\{method="POST",route="\/v1\/keys"\} \d+$/,
      /^tocsin_gateway_refused_total\{reason="[A-Z_]+"\} 1$/,
      /^tocsin_graphql_operations_total\{operation="query",result="ok"\} \d+$/,
      /^tocsin_consumer_lag_records\{group="rules",topic="slots",partition="0"\} \d+$/,
      /^tocsin_log_records_appended_total\{topic="slots"\} [1-9]\d*$/,
      /^tocsin_rules_tick_seconds_count [1-9]\d*$/,
      /^tocsin_part_ready\{part="rules"\} [01]$/,
      /^tocsin_database_connections\{state="idle"\} \d+$/,
      /^tocsin_config_last_reload_successful\{config="rules"\} 1$/,
      /^tocsin_build_info\{version="\d+\.\d+\.\d+",node="[\d.]+"\} 1$/,
      /^process_resident_memory_bytes [1-9]\d*$/,
      /^tocsin_meters_failed 0$/,
    ].filter((expected) => !lines.some((line) => expected.test(line)));
    expect(missing).toEqual([]);
  });

  it('has fewer series than Prometheus is asked to hold, also if every family has as many as it may', () => {
    const bound = served.parts.meters
      .families()
      .reduce(
        (sum, family) => sum + family.seriesMax * (family.kind === 'histogram' ? family.buckets.length + 3 : 1),
        0,
      );
    expect(bound).toBeLessThanOrEqual(SERIES_MAX);
  });

  it('is answered as OpenMetrics to who asks for it', async () => {
    const response = await get('/metrics', {
      authorization: viewer,
      accept: 'application/openmetrics-text;version=1.0.0',
    });
    expect(response.headers.get('content-type')).toContain('application/openmetrics-text');
    expect((await response.text()).endsWith('# EOF\n')).toBe(true);
  });

  it.each([
    ['no key', '/metrics', undefined, 401],
    ['the token of /metrics', '/metrics', `Bearer ${TOKEN}`, 200],
    ['another token', '/metrics', `Bearer ${'n'.repeat(32)}`, 401],
    ['the token of /metrics', '/v1/fleet', `Bearer ${TOKEN}`, 401],
  ])('with %s GET %s', async (_, path, authorization, status) => {
    expect((await get(path, authorization === undefined ? {} : { authorization })).status).toBe(status);
  });

  it('docs/watching.md lists every family, with its labels and what it means', () => {
    const families = served.parts.meters
      .families()
      .map(({ kind, name, labels, help }) => ({ name, kind, labels, help }));
    expect(documentedIn(read('docs/watching.md'))).toEqual(families);
  });

  it('says of each family what docs/watching.md says, with the labels that stand there', async () => {
    const known = new Map(documentedIn(read('docs/watching.md')).map((family) => [family.name, family]));
    const exposed = exposedIn(await metrics());
    const said = exposed.map(({ name, kind, help }) => ({ name, kind, help }));
    expect(said).toEqual(
      said.map(({ name }) => {
        const { kind, help } = known.get(name) ?? {};
        return { name, kind, help };
      }),
    );
    const wrong = exposed.flatMap(({ name, samples }) =>
      samples.filter((labels) => labels !== [...(known.get(name)?.labels ?? [])].toSorted().join()),
    );
    expect(wrong).toEqual([]);
    const missing = [...known.keys()].filter((name) => !exposed.some((family) => family.name === name));
    expect(missing.filter((name) => !UNKNOWN_HERE.includes(name))).toEqual([]);
    const labelled = exposed.filter(({ name, samples }) => samples.length > 0 && known.get(name)?.labels.length !== 0);
    expect(labelled.length).toBeGreaterThanOrEqual(LABELLED_MIN);
  });

  it('says whom the open incidents hurt, by region, tier and release', async () => {
    const impact = {
      affectedCustomers: 7,
      byTier: { tier1: 2, tier2: 1, tier3: 4 },
      score: 214,
      dollarsPerMinute: 107_000,
      top: [],
      covers: [
        { scope: 'release_region', key: 'v2|us-east' },
        { scope: 'region', key: 'eu-west' },
      ],
      byRegion: [{ key: 'us-east', affectedCustomers: 6, dollarsPerMinute: 106_500 }],
    };
    const less = { ...impact, affectedCustomers: 1, score: 1, dollarsPerMinute: 500, byRegion: [] };
    const over = { ...impact, covers: [{ scope: 'release', key: 'v1' }], score: 999 };
    const rows = [
      ['hurts', 'open', impact],
      ['less', 'acknowledged', less],
      ['over', 'resolved', over],
    ] as const;
    for (const [id, status, told] of rows)
      await test.database.query(
        `insert into incident (incident_id, title, severity, status, alert_id, rule, scope, key, reason, impact, peak_impact, opened_at)
         values ($1, 't', 'critical', $2, $1, 'R17', 'fleet', 'fleet', '{}', $3, $3, 1)`,
        [id, status, JSON.stringify(told)],
      );
    const lines = (await metrics()).split('\n').filter((line) => /^tocsin_(incident|release)_/.test(line));
    await test.database.query('delete from incident where incident_id = any($1)', [rows.map(([id]) => id)]);
    expect(lines).toEqual(
      expect.arrayContaining([
        'tocsin_incident_affected_customers{region="us-east"} 6',
        'tocsin_incident_region_dollars_per_minute{region="us-east"} 106500',
        'tocsin_incident_tier_affected_customers{tier="tier1"} 2',
        'tocsin_incident_tier_affected_customers{tier="tier3"} 4',
        'tocsin_release_affected_customers{release="v2"} 7',
        'tocsin_release_impact_score{release="v2"} 214',
        'tocsin_release_dollars_per_minute{release="v2"} 107000',
        'tocsin_incident_impact_score 214',
      ]),
    );
    expect(lines.filter((line) => /release="(?:v1|eu-west)"/.test(line))).toEqual([]);
  });
});

describe('the id of a request', () => {
  it.each([
    ['its trace', { traceparent: `00-${TRACE}-${CALLER}-00` }, TRACE],
    ['its own word', { 'x-request-id': 'deploy-2021.06.08' }, 'deploy-2021.06.08'],
  ])('is %s, in the answer and in the problem document', async (_, headers: Record<string, string>, id) => {
    const response = await get('/v1/fleet', headers);
    expect(response.status).toBe(401);
    expect(response.headers.get('x-request-id')).toBe(id);
    expect(await response.json()).toMatchObject({ code: 'KEY_MISSING', traceId: id });
  });
});

describe('traces', () => {
  it('tell one POST as a tree below its caller, and nothing of who was not sampled', async () => {
    const headers = { authorization: admin, traceparent: `00-${TRACE}-${CALLER}-01` };
    expect((await post('/v1/keys', { name: 'traced', role: 'viewer', comment: 'a test' }, headers)).status).toBe(201);
    await until('the spans came', async () => receiver.spans.some(({ name }) => name === 'http request'));
    const { spans } = receiver;
    expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]));
    const root = spans.find(({ name }) => name === 'http request');
    expect(root?.parentSpanId).toBe(CALLER);
    expect(root?.attributes).toContainEqual({ key: 'http.route', value: { stringValue: '/v1/keys' } });
    const append = spans.find(({ name }) => name === 'append');
    expect(append?.parentSpanId).toBe(root?.spanId);
    const transaction = spans.find(({ name }) => name === 'transaction');
    expect(transaction?.parentSpanId).toBe(append?.spanId);
    const inside = spans.filter(({ name, parentSpanId }) => name === 'query' && parentSpanId === transaction?.spanId);
    expect(inside.length).toBeGreaterThan(0);
    expect(JSON.stringify(spans)).not.toContain('traced');
    expect(new Set(receiver.keys)).toEqual(new Set(['of the collector']));
  });

  it('tell a GraphQL operation below its request', async () => {
    const trace = TRACE.replace('4bf9', 'aaaa');
    const headers = { authorization: viewer, traceparent: `00-${trace}-${CALLER}-01` };
    await post('/graphql', { query: '{ fleetHealth { fleet { key } } }' }, headers);
    const ofTrace = () => receiver.spans.filter(({ traceId }) => traceId === trace);
    await until('the spans came', async () => ofTrace().some(({ name }) => name === 'http request'));
    const root = ofTrace().find(({ name }) => name === 'http request');
    const operation = ofTrace().find(({ name }) => name === 'graphql operation');
    expect(operation?.parentSpanId).toBe(root?.spanId);
    expect(operation?.attributes).toContainEqual({ key: 'result', value: { stringValue: 'ok' } });
  });
});

const GRAFANA = 'docs/deploy/grafana';
const PROMETHEUS = 'docs/deploy/prometheus';
const dashboards = dashboardsIn(join(process.cwd(), GRAFANA, 'dashboards'));

/** Runs work as a role that was made as the page says, and is gone afterwards. */
const asReader = (role: string, work: (tx: Queryable) => Promise<unknown>): Promise<unknown> =>
  test.database.transaction(async (tx) => {
    for (const statement of read(`${GRAFANA}/read-only-role.sql`).replaceAll('tocsin_grafana', role).split(';\n'))
      if (statement.trim() !== '') await tx.query(statement);
    await tx.query(`set local role ${role}`);
    await work(tx);
    await tx.query('reset role');
    await tx.query(`drop owned by ${role}`);
    await tx.query(`drop role ${role}`);
  });

describe('what is provisioned', () => {
  it.each(dashboards)('the SQL of $file runs, for who may read the views alone', async ({ sql }) => {
    expect(sql.length).toBeGreaterThan(0);
    await asReader('grafana_test', async (tx) => {
      for (const text of sql) await tx.query(text);
    });
  });

  /** What the SQL of the dashboards that holds these words finds beside rows that are gone afterwards. */
  const askedBeside = async (rows: readonly string[], words: string): Promise<readonly unknown[]> => {
    const sql = [...new Set(dashboards.flatMap((each) => each.sql))].find((text) => text.includes(words)) ?? '';
    return test.database.transaction(async (tx) => {
      await tx.query('savepoint before');
      for (const statement of rows) await tx.query(statement);
      const found = await tx.query(sql);
      await tx.query('rollback to savepoint before');
      return found;
    });
  };
  const ago = (hours: number): string => `(extract(epoch from now()) - ${hours} * 3600)::bigint * 1000`;
  const incident = (hoursOpen: number, resolvedHoursAgo: number): string => `
    insert into incident (incident_id, title, severity, status, alert_id, rule, scope, key, reason, impact, peak_impact, opened_at, resolved_at)
    values ('i', 'i', 'critical', '${resolvedHoursAgo === 0 ? 'open' : 'resolved'}', 'a', 'r', 'fleet', 'fleet', '{}', '{}', '{}',
      ${ago(hoursOpen)}, ${resolvedHoursAgo === 0 ? 'null' : ago(resolvedHoursAgo)})`;

  it.each([
    ['is marked, that began before the window and goes on', 0, 1],
    ['is marked, that began before the window and ended in it', 1, 1],
    ['is not marked, that was over before the window', 7, 0],
  ])('an incident %s', async (_what, resolvedHoursAgo, times) => {
    for (const words of ["kind = 'incident'", 'from grafana_incident'])
      expect(await askedBeside([incident(8, resolvedHoursAgo)], words)).toHaveLength(times);
  });

  it('of more rows than a panel takes, the newest are shown, and in their order', async () => {
    // The rules of this process write minutes as well, before this and at the same time.
    const rows = `insert into signal_minute select minute, cohorts from
      generate_series(1, 300) g, cast(floor(extract(epoch from now()) / 60) - 300 + g as bigint) minute,
      lateral (select jsonb_object_agg('r' || n || '|eu', jsonb_build_array(g, 0, 0)) as cohorts from generate_series(1, 200) n) fleet
      on conflict (minute) do update set counts = excluded.counts`;
    const found = (await askedBeside(['delete from signal_minute', rows], 'release as metric')) as readonly {
      readonly value: number;
    }[];
    expect([found.length, found[0]?.value, found.at(-1)?.value]).toEqual([50_000, 51, 300]);
  });

  it('who may read the views reads no key', async () => {
    const asked = asReader('grafana_denied', (tx) => tx.query('select secret_hash from api_key'));
    await expect(asked).rejects.toThrow('permission denied for table api_key');
  });

  it('dashboards and alerting rules name metrics that there are', () => {
    const known = new Set(metricsIn(served.parts.meters.families()));
    const rules = readdirSync(join(process.cwd(), PROMETHEUS)).filter((file) => file.endsWith('.yml'));
    const asked = [
      ...dashboards.flatMap(({ promql }) => promql),
      ...rules.map((file) => read(`${PROMETHEUS}/${file}`)),
    ].flatMap(namesIn);
    expect(asked.length).toBeGreaterThan(20);
    expect([...new Set(asked)].filter((name) => !known.has(name))).toEqual([]);
  });
});

/** What Prometheus itself says of a series. */
const OF_PROMETHEUS = ['job', 'instance', 'le'];

describe('what the dashboards ask of Prometheus', () => {
  it('picks and groups by labels that the families have', () => {
    const known = new Map(
      served.parts.meters
        .families()
        .flatMap((family) => metricsIn([family]).map((name): [string, readonly string[]] => [name, family.labels])),
    );
    const asked = dashboards.flatMap(({ promql }) => promql).flatMap(labelsIn);
    expect(asked.length).toBeGreaterThan(20);
    const unknown = asked.filter(({ name, label }) => ![...OF_PROMETHEUS, ...(known.get(name) ?? [])].includes(label));
    expect(unknown).toEqual([]);
  });

  it('a service whose breaker is open is named, and no other', async () => {
    await test.database.query(
      `insert into breaker (service, status, changed_at) values ('dns-auth', 'open', 2), ('dns-edge', 'half_open', 1), ('web', 'closed', 3)`,
    );
    const lines = (await metrics()).split('\n').filter((line) => line.startsWith('tocsin_breakers'));
    await test.database.query('delete from breaker');
    expect(lines.toSorted()).toEqual([
      'tocsin_breakers_not_closed{service="dns-auth",state="open"} 1',
      'tocsin_breakers_not_closed{service="dns-edge",state="half_open"} 1',
      'tocsin_breakers{state="closed"} 1',
      'tocsin_breakers{state="half_open"} 1',
      'tocsin_breakers{state="open"} 1',
    ]);
  });
});

/** The names of the alerts that some test of the rules sees fire. */
const firedIn = (text: string) =>
  [...text.matchAll(/alertname: (\w+)\s+eval_time: \w+\s+exp_alerts:\s+- /g)].map(([, name]) => name);

describePromtool('what promtool says', () => {
  it('finds no fault with the metrics of a whole process', async () => {
    expect(runPromtool(['check', 'metrics'], await metrics())).toEqual({ code: 0, said: '' });
  });

  it('finds the scrape configuration and the alerting rules right', () => {
    const config = runPromtool(['check', 'config', '--syntax-only', join(PROMETHEUS, 'prometheus.yml')]);
    expect(config).toEqual({ code: 0, said: expect.stringContaining('SUCCESS') });
    const rules = runPromtool(['check', 'rules', join(PROMETHEUS, 'tocsin.rules.yml')]);
    expect(rules).toEqual({ code: 0, said: expect.stringContaining('SUCCESS') });
  });

  it('finds what the dashboards ask right', () => {
    const asked = dashboards.flatMap(({ promql }) => promql);
    const file = join(mkdtempSync(join(tmpdir(), 'asked-')), 'asked.yml');
    writeFileSync(file, asRules(asked));
    const said = runPromtool(['check', 'rules', file]);
    expect(said).toEqual({ code: 0, said: expect.stringContaining(`SUCCESS: ${asked.length} rules found`) });
    writeFileSync(file, asRules(['sum by (']));
    expect(runPromtool(['check', 'rules', file]).code).not.toBe(0);
  });

  it('sees each alert fire when it should, and not before', () => {
    const said = runPromtool(['test', 'rules', join(PROMETHEUS, 'tocsin.rules.test.yml')]);
    expect(said).toEqual({ code: 0, said: expect.stringContaining('SUCCESS') });
    const [fires, rules] = [read(`${PROMETHEUS}/tocsin.rules.test.yml`), read(`${PROMETHEUS}/tocsin.rules.yml`)];
    const names = [...rules.matchAll(/alert: (\w+)/g)].map(([, name]) => name);
    expect(new Set(firedIn(fires))).toEqual(new Set(names));
    const never = fires.replaceAll(/(alertname: TocsinDown\s+eval_time: \w+\s+exp_alerts:)(?:\n {10}.*)+/g, '$1 []');
    expect(new Set(firedIn(never))).toEqual(new Set(names.filter((name) => name !== 'TocsinDown')));
  });
});
