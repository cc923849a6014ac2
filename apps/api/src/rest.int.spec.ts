import { CONSOLE_PAGES, CONSOLE_PARTS } from '#runtime';
import { z } from 'zod';
import { impactSchema } from '#contracts';
import { createDeadLetterRepository, createNodeLedger } from '#store';
import {
  COHORT,
  LAST_SLOT,
  NOW_MS,
  segmentOf,
  type ServedApi,
  serveApi,
  tellStory,
  writeSegments,
} from './api.fixture.js';

// What `tocsin` expects of the answers; apps do not import each other, so it stands here once more.
const percentile = z.union([z.number(), z.string(), z.null()]);
const health = z.looseObject({
  key: z.string(),
  good: z.number(),
  bad: z.number(),
  success: z.number().nullable(),
  p50: percentile,
  p95: percentile,
  p99: percentile,
});
const reason = z.looseObject({ text: z.string() });
const incident = z.looseObject({
  incidentId: z.string(),
  title: z.string(),
  severity: z.string(),
  rule: z.string(),
  scope: z.string(),
  status: z.enum(['open', 'acknowledged', 'resolved']),
  key: z.string(),
  reason,
  impact: impactSchema,
  peakImpact: impactSchema,
  openedAt: z.number(),
  acknowledgedAt: z.number().nullable(),
  acknowledgedBy: z.string().nullable(),
  resolvedAt: z.number().nullable(),
});
const release = z.looseObject({ softwareVersion: z.string(), configRev: z.string() });
const wave = z.looseObject({
  wave: z.number(),
  nodes: z.array(z.string()),
  status: z.string(),
  commandedAt: z.number().nullable(),
  verifiedAt: z.number().nullable(),
  because: z.string().nullable(),
});
const rollback = z.looseObject({
  rollbackId: z.string(),
  incidentId: z.string(),
  status: z.string(),
  because: z.string().nullable(),
  from: release.nullable(),
  to: release.nullable(),
  waves: z.array(wave),
});
const alert = z.looseObject({
  rule: z.string(),
  scope: z.string(),
  key: z.string(),
  severity: z.string(),
  state: z.string(),
  reason,
  firedAt: z.number(),
  resolvedAt: z.number().nullable(),
});
const recorded = z.looseObject({
  position: z.number(),
  stream: z.string(),
  recordedAtMs: z.number(),
  event: z.looseObject({
    type: z.string(),
    data: z.record(z.string(), z.unknown()),
  }),
  metadata: z.looseObject({ actor: z.string() }),
});
const delivery = z.looseObject({
  deliveryId: z.string(),
  subject: z.string(),
  action: z.string(),
  channel: z.string(),
  dedupKey: z.string(),
  status: z.string(),
  attempts: z.number(),
});
const report = z.looseObject({
  incident,
  alerts: z.array(alert).min(1),
  timeline: z.array(recorded).min(1),
  rollbacks: z.array(rollback),
  deliveries: z.array(delivery),
});

describe('the REST API', () => {
  let served: ServedApi;
  let viewer: string;
  beforeAll(async () => {
    served = await serveApi();
    viewer = await served.as('viewer');
    await tellStory(served);
  });
  afterAll(() => served.end());
  const get = (path: string) => served.send('GET', path, viewer);

  it('B4: without data success is null and percentiles are null, also for a region that is silent', async () => {
    const { status, body } = await get('/v1/fleet');
    expect(status).toBe(200);
    const answer = z.looseObject({ fleet: health, regions: z.array(health), asOf: z.number() }).parse(body);
    expect(answer.fleet).toMatchObject({ key: 'fleet', good: 0, success: null, p50: null, p95: null, p99: null });
    expect(answer.regions.map(({ key, success }) => [key, success])).toEqual([
      ['eu-central', null],
      ['us-east', null],
    ]);
    expect(answer.asOf).toBe((LAST_SLOT + 1) * 1_000);
  });

  it('B10: the last minute adds blocks of all flushes and partitions; a percentile can be a timeout', async () => {
    await writeSegments(served, [
      segmentOf('fleet', LAST_SLOT, { fleet: { good: 90, bad: 0, latencyUs: 16 } }),
      segmentOf('fleet', LAST_SLOT, { fleet: { good: 0, bad: 8, timeout: 8 } }, { partition: 1 }),
      segmentOf('fleet', LAST_SLOT - 59, { fleet: { good: 2, bad: 0, latencyUs: 16 } }),
      segmentOf('fleet', LAST_SLOT - 60, { fleet: { good: 1_000, bad: 0, latencyUs: 16 } }),
      segmentOf('fleet', LAST_SLOT + 1, { fleet: { good: 1_000, bad: 0, latencyUs: 16 } }),
      segmentOf('region', LAST_SLOT, { 'us-east': { good: 9, bad: 1, latencyUs: 16 } }),
    ]);
    await served.clock.advance(1_000);
    expect((await get('/v1/fleet')).body).toMatchObject({ fleet: { good: 1_090, slot: LAST_SLOT + 1 } });
    await served.clock.advance(-1_000);
    const { body } = await get('/v1/fleet');
    expect(body).toMatchObject({
      fleet: { good: 92, bad: 8, success: 92, p50: 16, p95: 'timeout', p99: 'timeout', windowMs: 60_000 },
      regions: [
        { key: 'eu-central', success: null },
        { key: 'us-east', success: 90 },
      ],
    });
  });

  it('releases that do not agree which names exist are suspects, with zone, shares and numbers', async () => {
    const both = { 'shop.example|v1+c1': { good: 990, bad: 10 }, 'shop.example|v2+c1': { good: 200, bad: 0 } };
    await writeSegments(served, [
      segmentOf('zone_release', LAST_SLOT, both),
      segmentOf('nxdomain', LAST_SLOT, { 'shop.example|v2+c1': { good: 180, bad: 0 } }),
    ]);
    const { status, body } = await get('/v1/disagreements');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      total: 1,
      windowMs: 60_000,
      disagreements: [
        {
          zone: 'shop.example',
          suspect: { release: 'v2+c1', answered: 200, nxdomain: 180 },
          other: { release: 'v1+c1', answered: 1_000, nxdomain: 0 },
        },
      ],
    });
  });

  it('windows show a family step by step, and ranges are bounded', async () => {
    const to = (LAST_SLOT + 1) * 1_000;
    const range = `from=${to - 60_000}&to=${to}&stepMs=30000`;
    const { body } = await get(`/v1/windows?family=fleet&key=fleet&${range}`);
    expect(body).toMatchObject({
      family: 'fleet',
      windows: [
        { good: 2, success: 100 },
        { good: 90, bad: 8 },
      ],
    });
    const [fromDate, toDate] = [new Date(to - 60_000).toISOString(), new Date(to).toISOString()];
    const asDates = `from=${fromDate}&to=${toDate}&stepMs=30000`;
    expect((await get(`/v1/windows?family=fleet&key=fleet&${asDates}`)).body).toEqual(body);
    const all = await get(`/v1/windows?family=region&${range}`);
    expect(all.body).toMatchObject({ windows: [{ key: 'us-east', from: to - 30_000, good: 9, bad: 1 }] });
    for (const query of [
      'family=cows',
      `family=fleet&from=${to}&to=${to}`,
      `family=fleet&from=${to - 3_601_000}&to=${to}`,
      `family=node&from=${to - 601_000}&to=${to}`,
      'family=fleet&stepMs=1500',
      'family=fleet&from=yesterday',
      'family=fleet&from=2026-01-01T00:00:00.500Z',
    ])
      expect(await get(`/v1/windows?${query}`)).toMatchObject({ status: 400, body: { code: 'QUERY_INVALID' } });
  });

  it('a day is read from the sums of its minutes, and the end of it, which is not over, from segments', async () => {
    const to = NOW_MS;
    const day = (stepMs: number): string =>
      `/v1/windows?family=fleet&key=fleet&from=${to - 86_400_000}&to=${to}&stepMs=${stepMs}`;
    // Nothing is older than these minutes, so nothing of the day is missing.
    expect((await get(day(120_000))).body).toMatchObject({ windows: { 0: { success: null }, 719: { good: 2_092 } } });
    await writeSegments(served, [segmentOf('region', (to - 86_400_000) / 1_000, { 'us-east': { good: 9, bad: 1 } })]);
    expect(await get(day(180_000))).toMatchObject({ status: 503, body: { code: 'QUERY_TOO_SLOW' } });
    await served.db.database.query(
      `insert into segment_minute (family, minute, body) select 'fleet', minute, '' from generate_series($1::bigint, $2::bigint) as minute`,
      [to / 60_000 - 1_440, to / 60_000 - 3],
    );
    const { body } = await get(day(60_000));
    const { windows } = body as unknown as { readonly windows: readonly unknown[] };
    expect(windows).toHaveLength(1_440);
    expect(windows[0]).toMatchObject({ from: to - 86_400_000, good: 0, success: null });
    expect(windows.at(-1)).toMatchObject({ good: 1_090, from: to - 60_000 });
    expect(await get(day(90_000))).toMatchObject({ status: 400 });
  });

  it('incidents, alerts, rollouts, rollbacks, commands and deliveries are listed and filtered', async () => {
    const lists: readonly (readonly [string, z.ZodType, number])[] = [
      ['incidents', incident, 2],
      ['incidents?status=open&status=acknowledged', incident, 1],
      ['incidents?limit=1', incident, 1],
      ['alerts?state=firing', alert, 2],
      ['alerts?state=resolved', alert, 0],
      ['rollouts', z.looseObject({ rolloutId: z.literal('ro1') }), 1],
      ['rollbacks?status=running', rollback, 1],
      ['rollbacks?incidentId=in2', rollback, 0],
      ['commands', z.looseObject({ commandId: z.literal('co1'), status: z.literal('signed') }), 1],
      ['commands?status=refused', z.looseObject({}), 0],
      ['deliveries?status=due', delivery, 4],
      ['deliveries?dedupKey=co1', delivery, 1],
    ];
    for (const [path, row, count] of lists) {
      const name = path.split('?')[0] ?? '';
      const { status, body } = await get(`/v1/${path}`);
      expect([path, status]).toEqual([path, 200]);
      expect([path, z.array(row).parse(body[name]).length]).toEqual([path, count]);
    }
    for (const path of ['incidents?status=shut', 'alerts?limit=501', 'rollbacks?limit=0', 'deliveries?status='])
      expect([path, (await get(`/v1/${path}`)).status]).toEqual([path, 400]);
  });

  it('B13: an incident is shown with alerts, timeline, rollbacks and deliveries; an unknown one is 404', async () => {
    const { body } = await get('/v1/incidents/in1');
    const shown = report.parse(body);
    expect(shown.rollbacks.map(({ rollbackId }) => rollbackId)).toEqual(['rb1']);
    expect(shown.deliveries.map(({ subject, dedupKey }) => [subject, dedupKey])).toEqual([
      ['page', 'in1'],
      ['command', 'co1'],
    ]);
    expect(new Set(shown.timeline.map(({ stream }) => stream))).toEqual(
      new Set(['alert-al1', 'incident-in1', 'rollback-rb1']),
    );
    expect(await get('/v1/incidents/none')).toMatchObject({
      status: 404,
      type: expect.stringContaining('application/problem+json') as string,
      body: { code: 'NOT_FOUND' },
    });
    expect(await get('/v1/incidents/none/customers')).toMatchObject({ status: 404 });
  });

  it('R56: customers affected come from the incident, and from their windows while telemetry arrives', async () => {
    expect((await get('/v1/incidents/in1/customers')).body).toMatchObject({
      source: 'incident',
      covers: [{ scope: 'fleet', key: 'fleet' }],
      affectedCustomers: 2,
      customers: [{ customerId: 'delta', failing: 0.77, tier: 'tier1', dollarsPerMinute: 50_000 }],
    });
    // What was read of customers is kept for a few seconds.
    await served.clock.advance(5_000);
    const [release, region] = COHORT.split('|');
    const cells = (part: string) => ({
      [`delta|${part}`]: { good: 50, bad: 50 },
      [`ems|${part}`]: { good: 90, bad: 10 },
      [`ups|${part}`]: { good: 1_000, bad: 0 },
    });
    await writeSegments(served, [
      segmentOf('customer_release', LAST_SLOT - 20, cells(release ?? '')),
      segmentOf('customer_region', LAST_SLOT - 20, cells(region ?? '')),
    ]);
    expect((await get('/v1/incidents/in1/customers')).body).toMatchObject({
      source: 'windows',
      covers: [{ scope: 'release_region', key: COHORT }],
      affectedCustomers: 2,
      score: 101,
      dollarsPerMinute: 50500,
      customers: [
        {
          customerId: 'ems',
          name: 'EMS',
          critical: true,
          failing: 0.1,
          dollarsPerMinute: 500,
        },
        {
          customerId: 'delta',
          tier: 'tier1',
          failing: 0.5,
          dollarsPerMinute: 5e4,
        },
      ],
    });
    expect((await get('/v1/incidents/in1/customers?limit=1')).body['customers']).toHaveLength(1);
    expect((await get('/v1/incidents/in2/customers')).body).toMatchObject({ source: 'incident' });
  });

  it('nodes show what was counted of them, and what was never heard of', async () => {
    const terms = { published: 20, counted: 11, late: 1, rejected: 2 };
    const shown = { ...terms, batches: 1, unreadable: 7, duplicates: 4, lastEventUs: 5 };
    const missing = { from: 1, to: 2, publishedBefore: 0, publishedAfter: 6, openedAtMs: 1 };
    await served.db.database.transaction((tx) =>
      createNodeLedger(tx).apply(tx, [
        {
          nodeId: 'n1',
          agentBootId: '1',
          lastSeq: 3,
          lastSeenMs: 1,
          ...shown,
          gapsOpened: [missing],
          gapsClosed: [],
        },
      ]),
    );
    expect((await get('/v1/nodes')).body).toEqual({
      nodes: [
        {
          nodeId: 'n1',
          pop: 'iad1',
          region: 'us-east',
          address: '184.25.56.1',
          ...shown,
          gap: 6,
          gapBatches: 2,
          difference: 0,
        },
        expect.objectContaining({ nodeId: 'n2', counted: 0, batches: 0, lastEventUs: null }),
      ],
      next: null,
    });
  });

  it('dead letters are shown without their bytes, with the totals', async () => {
    await served.db.database.transaction((tx) =>
      createDeadLetterRepository(tx).insert(tx, [
        {
          topic: 'telemetry.outcomes',
          partition: 0,
          offset: 7,
          key: 'n1',
          reason: 'CHECKSUM',
          detail: 'wrong',
          raw: Uint8Array.of(1, 2, 3),
          appendedAtMs: NOW_MS,
        },
      ]),
    );
    const { body } = await get('/v1/dead-letters');
    expect(body).toMatchObject({
      deadLetters: [{ offset: 7, rawBytes: 3 }],
      totals: [{ reason: 'CHECKSUM', records: 1 }],
    });
    expect(JSON.stringify(body)).not.toContain('"raw"');
  });

  it('nobody is answered without a key that may', async () => {
    expect(await served.send('GET', '/v1/fleet')).toMatchObject({ status: 401, body: { code: 'KEY_MISSING' } });
    expect(await served.send('GET', '/v1/fleet', 'Bearer a.b')).toMatchObject({
      status: 401,
      body: { code: 'KEY_UNKNOWN' },
    });
    for (const role of ['node', 'ingest', 'deploy'] as const)
      expect(await served.send('GET', '/v1/events', await served.as(role))).toMatchObject({ status: 403 });
    const acts = ['/v1/nodes', '/v1/customers', '/v1/keys', '/v1/keys/k/revoke', '/v1/incidents/in1/acknowledge'];
    for (const path of acts) expect([path, (await served.send('POST', path, viewer, {})).status]).toEqual([path, 403]);
    expect((await served.send('GET', '/v1/keys', await served.as('operator'))).status).toBe(403);
  });

  it('every way in says what it needs', () => {
    expect(served.entrances.filter(({ needs }) => needs === undefined)).toEqual([]);
    const routes = served.entrances.map(({ name }) => name);
    expect(routes).toContain('POST /v1/incidents/:id/acknowledge');
    expect(routes).toContain('GET /v1/events/head');
    const open = served.entrances.flatMap(({ name, needs }) => (needs === 'public' ? [name] : []));
    // Beside health: what carries a signature of its own, and the console, in which there is nothing until it asks with a key.
    const pages = [...CONSOLE_PAGES, `${CONSOLE_PARTS}:file`].map((path) => `GET ${path}`);
    expect(open.filter((name) => !pages.includes(name))).toEqual([
      'GET /act/:token',
      'GET /healthz',
      'GET /readyz',
      'GET /v1/sign-in',
      'POST /act/:token',
      'POST /v1/callbacks/pagerduty',
      'POST /v1/callbacks/slack',
      'POST /v1/callbacks/slack/events',
    ]);
  });
});
