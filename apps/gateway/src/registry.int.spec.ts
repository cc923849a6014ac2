import { event, streamOf, ZONE_PAGE_MAX, ZONE_TOLD_AFTER_MS, type ZonePage } from '#contracts';
import { send, serveGateway, type ServedGateway } from './gateway.fixture.js';

let served: ServedGateway;
let key: string;
beforeEach(async () => {
  served = await serveGateway();
  key = await served.keyOf('node', 'n1');
});
afterEach(() => served.stop());

/** Most zones of one customer. */
const ZONES_PER_CUSTOMER = 1_000;

const register = async (zones: readonly string[]): Promise<void> => {
  const customers = Array.from({ length: Math.ceil(zones.length / ZONES_PER_CUSTOMER) }, (_, index) => {
    const own = zones.slice(index * ZONES_PER_CUSTOMER, (index + 1) * ZONES_PER_CUSTOMER);
    return { customerId: `c${index}`, name: 'C', tier: 'tier1' as const, critical: false, zones: own };
  });
  const events = [event('CustomersRegistered', { customers })];
  const { eventStore, catalogue } = served.parts;
  // The fixture registered the nodes as version 1.
  const streams = [{ stream: streamOf.catalogue, expectedVersion: 1, events }];
  await eventStore.append(streams, { actor: 'test', cause: 'test' });
  await catalogue.refresh();
};
const ask = (query: string, authorization = key) =>
  send(served.url, 'GET', `/v1/registry/zones?${query}`, { authorization });
describe('the registry of zones over HTTP', () => {
  it('is told page by page, and after that what is new', async () => {
    await register(Array.from({ length: ZONE_PAGE_MAX + 1 }, (_, i) => `z${i}.example`));
    await served.clock.advance(ZONE_TOLD_AFTER_MS);
    const first = (await ask('after=0')).body as unknown as ZonePage;
    expect(first).toMatchObject({ newest: ZONE_PAGE_MAX + 1 });
    expect(first.zones).toHaveLength(ZONE_PAGE_MAX);
    expect([first.ids[0], first.zones[0]]).toEqual([1, 'z0.example']);
    const next = await ask(`after=${ZONE_PAGE_MAX}`);
    expect(next.body).toEqual({
      ids: [ZONE_PAGE_MAX + 1],
      zones: [`z${ZONE_PAGE_MAX}.example`],
      newest: ZONE_PAGE_MAX + 1,
    });
    expect((await ask(`after=${ZONE_PAGE_MAX + 1}`)).body).toEqual({ ids: [], zones: [], newest: ZONE_PAGE_MAX + 1 });
  });

  it('holds an id back until every aggregator must have it', async () => {
    await register(['new.example']);
    await served.clock.advance(ZONE_TOLD_AFTER_MS - 1);
    expect((await ask('after=0')).body).toEqual({ ids: [], zones: [], newest: 1 });
    await served.clock.advance(1);
    expect((await ask('after=0')).body).toEqual({ ids: [1], zones: ['new.example'], newest: 1 });
  });

  it('is for those who send telemetry', async () => {
    expect(await ask('', await served.keyOf('ingest'))).toMatchObject({ status: 200 });
    expect(await ask('', await served.keyOf('viewer'))).toMatchObject({ status: 403 });
    expect(await ask('after=-1')).toMatchObject({ status: 400, body: { code: 'QUERY_INVALID' } });
  });
});
