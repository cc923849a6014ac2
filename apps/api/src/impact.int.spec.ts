import { readCostModel } from './api.config.js';
import { createQueries } from './queries.js';
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

const START_MS = (LAST_SLOT - 120) * 1_000;

describe('impact and costs', () => {
  let served: ServedApi;
  let viewer: string;
  let admin: string;
  const get = (path: string) => served.send('GET', path, viewer);
  const post = (path: string, body: object) => served.send('POST', path, admin, body);
  const customer = (customerId: string, more: object = {}) => {
    return { customerId, name: customerId, tier: 'tier1', critical: false, zones: [`${customerId}.example`], ...more };
  };
  beforeAll(async () => {
    served = await serveApi();
    [viewer, admin] = [await served.as('viewer'), await served.as('admin')];
    await tellStory(served);
    const hurt = { good: 20, bad: 80 };
    await writeSegments(served, [
      segmentOf('customer', LAST_SLOT - 120, { delta: hurt, ups: { good: 100, bad: 0 } }),
      segmentOf('customer', LAST_SLOT - 20, { delta: hurt, ems: hurt }),
      segmentOf('region', LAST_SLOT - 20, { 'us-east': { good: 10, bad: 90 }, 'eu-central': { good: 5, bad: 95 } }),
      segmentOf('customer_region', LAST_SLOT - 20, { 'delta|us-east': hurt, 'ems|eu-central': hurt }),
    ]);
  });
  afterAll(() => served.end());

  it('a registration answers for each customer, a dry run changes nothing, and the list gives back what was registered', async () => {
    const shop = customer('shop', { tier: 'tier2', sector: 'retail', countries: ['JP', 'US'], sites: 900 });
    const tried = await post('/v1/customers?dryRun=true', { customers: [shop] });
    expect(tried.body).toEqual({ customers: 1, results: [{ customerId: 'shop', result: 'new' }] });
    expect((await get('/v1/customers?sector=retail')).body).toEqual({ customers: [], next: null, total: 0 });
    const delta = customer('delta', { name: 'DELTA', sector: 'transport', countries: ['US'], sites: 100 });
    const done = await post('/v1/customers', { customers: [shop, delta] });
    expect(done.body['results']).toEqual([
      { customerId: 'shop', result: 'new' },
      { customerId: 'delta', result: 'changed' },
    ]);
    const again = await post('/v1/customers', { customers: [shop] });
    expect(again.body['results']).toEqual([{ customerId: 'shop', result: 'unchanged' }]);
    expect((await get('/v1/customers?country=JP&tier=tier2')).body).toEqual({
      customers: [shop],
      next: null,
      total: 1,
    });
    // Critical ones first (R11), then by id.
    const first = (await get('/v1/customers?limit=2')).body;
    expect(first).toMatchObject({
      customers: [{ customerId: 'ems', critical: true }, { customerId: 'delta' }],
      total: 4,
    });
    expect((await get(`/v1/customers?limit=2&after=${String(first['next'])}`)).body).toMatchObject({
      customers: [{ customerId: 'shop' }, { customerId: 'ups' }],
      next: null,
      total: 4,
    });
  });

  it('everything that is wrong with a registration is told at once, and nothing of it stays', async () => {
    const wrong = [customer('a', { countries: ['UK'] }), customer('b', { zones: ['no zone'] }), customer('c')];
    expect(await post('/v1/customers', { customers: wrong })).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/customers/0/countries/0' }, { pointer: '/customers/1/zones/0' }] },
    });
    const shapeless = [customer('a', { tier: 'gold' }), customer('b', { countries: ['usa'] })];
    expect((await post('/v1/customers', { customers: shapeless })).body).toMatchObject({
      errors: [{ pointer: '/customers/0/tier' }, { pointer: '/customers/1/countries/0' }],
    });
    expect((await get('/v1/customers')).body).toMatchObject({ total: 4 });
  });

  it('R57, R93: regions come in the order of recovery, countries and parts of the world as counted', async () => {
    const { body } = await get('/v1/impact');
    expect(body).toMatchObject({
      affectedCustomers: 2,
      dollarsPerMinute: 50_500,
      regions: [
        { order: 1, region: 'us-east', failing: 0.9, affectedCustomers: 1, dollarsPerMinute: 50_000 },
        { order: 2, region: 'eu-central', failing: 0.95, affectedCustomers: 1, dollarsPerMinute: 500 },
      ],
      sectors: [{ key: 'transport', affectedCustomers: 1, dollarsPerMinute: 50_000 }],
      countries: [
        { place: 'US', sites: 100, sitesPercent: 100 },
        { place: 'unknown', dollarsPerMinute: 500 },
      ],
      worldRegions: [{ place: 'North America' }, { place: 'unknown' }],
    });
    const fields = 'asOf score regions { order region failing } countries { place sites }';
    const asked = await served.ask(`{ impact { ${fields} } }`, viewer);
    expect(asked.body).toMatchObject({
      data: { impact: { score: 101, regions: [{ region: 'us-east' }, { order: 2 }] } },
    });
  });

  it('R56: who was hurt since any past instant: critical first, then by tier and money, with domains', async () => {
    const since = new Date(START_MS).toISOString();
    const { body } = await get(`/v1/impact/customers?since=${since}`);
    expect(body).toMatchObject({
      from: START_MS,
      to: (LAST_SLOT + 1) * 1_000,
      affectedCustomers: 2,
      byTier: { tier1: 1, tier2: 0, tier3: 1 },
      customers: [
        { customerId: 'ems', critical: true, tier: 'tier3', domains: 1, failing: 0.8, sector: null },
        { customerId: 'delta', tier: 'tier1', domains: 1, failing: 0.8, sector: 'transport', dollarsPerMinute: 50_000 },
      ],
    });
    expect((await get(`/v1/impact/customers?since=${START_MS}&until=${START_MS + 1_000}`)).body).toMatchObject({
      customers: [{ customerId: 'delta' }],
    });
    const asked = `{ affectedCustomers(since: "${since}", first: 1) { affectedCustomers customers { customerId domains } } }`;
    expect((await served.ask(asked, viewer)).body).toMatchObject({
      data: { affectedCustomers: { affectedCustomers: 2, customers: [{ customerId: 'ems', domains: 1 }] } },
    });
    expect((await get(`/v1/impact/customers?since=${since}&customerId=delta`)).body).toMatchObject({
      affectedCustomers: 1,
      byTier: { tier1: 1, tier2: 0, tier3: 0 },
      customers: [{ customerId: 'delta', failing: 0.8 }],
    });
    const one = `{ affectedCustomers(since: "${since}", customerId: "nobody") { affectedCustomers customers { customerId } } }`;
    expect((await served.ask(one, viewer)).body).toMatchObject({
      data: { affectedCustomers: { affectedCustomers: 0, customers: [] } },
    });
    for (const wrong of ['', '?since=soon', `?since=${NOW_MS + 60_000}`, '?since=0&until=14401000'])
      expect(await get(`/v1/impact/customers${wrong}`)).toMatchObject({ status: 400 });
  });

  it('R56: over two hours: whoever was hurt in any minute, however long and however well since', async () => {
    const from = LAST_SLOT - 7_200;
    const minutes = Array.from({ length: 110 }, (_, minute) =>
      segmentOf('customer', from + 60 * minute, {
        ups: { good: 20, bad: 80 },
        delta: minute === 3 ? { good: 20, bad: 80 } : { good: 1_000, bad: 0 },
      }),
    );
    await writeSegments(served, minutes);
    const { body } = await get(`/v1/impact/customers?since=${from * 1_000}`);
    expect(body).toMatchObject({ from: from * 1_000, to: (LAST_SLOT + 1) * 1_000, affectedCustomers: 3 });
    const customers: readonly { readonly customerId: string }[] = body['customers'] ?? [];
    const of = (customerId: string) => customers.find((each) => each.customerId === customerId);
    const start = from * 1_000;
    expect(of('ups')).toMatchObject({ minutes: 110, firstAt: start, lastAt: start + 110 * 60_000, failing: 0.8 });
    // Once then, and twice in the minutes of the other tests.
    expect(of('delta')).toMatchObject({ minutes: 3, firstAt: start + 3 * 60_000, failing: 0.8 });
    const asked = `{ affectedCustomers(since: "${new Date(start).toISOString()}") { customers { customerId minutes firstAt lastAt } } }`;
    expect((await served.ask(asked, viewer)).body).toMatchObject({
      data: { affectedCustomers: { customers: [{ customerId: 'ems', minutes: 1 }, {}, {}] } },
    });
  });

  it('R100: what an incident costs is read of its own stream, not of its thousands of alerts', async () => {
    const asked: { readonly text: string; readonly values: readonly unknown[] | undefined }[] = [];
    const database: typeof served.db.database = {
      ...served.db.database,
      query: (text, values) => {
        asked.push({ text, values });
        return served.db.database.query(text, values);
      },
    };
    const { catalogue, clock } = served.parts;
    const queries = createQueries({ database, catalogue, clock, costModel: readCostModel({}) });
    expect(await queries.incidentCost('in1')).toMatchObject({ incidentId: 'in1', dollarsPerMinute: 50_500 });
    expect(asked.filter(({ text }) => /from alert\b/.test(text))).toEqual([]);
    expect(asked.filter(({ text }) => /from event\b/.test(text)).map(({ values }) => values)).toEqual([
      ['incident-in1'],
    ]);
  });

  it('R100: an incident costs what was told of it for as long as it stood, also when it is over', async () => {
    expect(COHORT).toContain('us-east');
    // `in1` opened a minute ago at $50,500 a minute, `in2` was over after 100 s.
    expect((await get('/v1/incidents/in1/cost')).body).toMatchObject({
      isOver: false,
      minutes: 1,
      dollarsPerMinute: 50_500,
      cumulativeDollars: 50_500,
      tiers: [
        { tier: 'tier1', affectedCustomers: 1, dollarsEach: 50_000 },
        { dollarsEach: 5_000 },
        { dollarsEach: 500 },
      ],
      estimate: { sections: [], prevention: null },
    });
    const asked =
      '{ incidentCost(incidentId: "in2") { isOver dollarsPerMinute cumulativeDollars tiers { tier } estimate { sections { dollars } } } }';
    expect((await served.ask(asked, viewer)).body).toMatchObject({
      data: { incidentCost: { isOver: true, dollarsPerMinute: 0, cumulativeDollars: (50_500 * 100) / 60 } },
    });
    expect(await get('/v1/incidents/none/cost')).toMatchObject({ status: 404 });
  });
});
