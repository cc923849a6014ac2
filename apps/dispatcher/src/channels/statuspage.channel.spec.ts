import { post } from '#outgoing';
import type { OutgoingDelivery } from './channel.js';
import { statuspageChannel, type StatuspageTarget } from './statuspage.channel.js';
import { type FakeStatuspage, startFakeStatuspage } from './statuspage.fake.js';

const NOW_MS = 1_700_000_000_000;
const KEY = 'Canary-key-0123456789';
let page: FakeStatuspage;
beforeEach(async () => {
  page = await startFakeStatuspage({ pageId: 'p1', key: KEY, componentIds: ['dns', 'api'] });
});
afterEach(() => page.close());

const body = {
  incidentId: 'incident-1',
  n: 1,
  title: 'DNS resolution is disturbed in us-east',
  state: 'investigating',
  impact: 'critical',
  text: 'Some queries are not answered.',
  workaround: 'Use the resolvers of eu-west.',
};
const delivery = (changes: Partial<typeof body> = {}): OutgoingDelivery => ({
  deliveryId: `d-${changes.n ?? 1}-${changes.state ?? ''}`,
  subject: 'status',
  action: 'status_update',
  dedupKey: 'incident-1:status',
  body: { ...body, ...changes },
});
const channel = (changes: Partial<StatuspageTarget> = {}) =>
  statuspageChannel({ url: new URL(page.url), pageId: 'p1', key: KEY, componentIds: [], ...changes });
/** Each update is a delivery of its own, by its number. */
const send = (changes: Record<string, unknown> = {}, known?: string, target: Partial<StatuspageTarget> = {}) =>
  channel(target).send(delivery(changes), { nowMs: NOW_MS, known });
/** Of the look before an update: it is answered well. */
const NO_FAULT = { taken: 200 } as const;
const raw = (given: unknown, { method = 'POST', path = '/v1/pages/p1/incidents', key = KEY } = {}) =>
  post(
    {
      url: new URL(path, page.url),
      method: method === 'PATCH' ? 'PATCH' : 'POST',
      headers: { authorization: `OAuth ${key}` },
      body: typeof given === 'string' ? given : JSON.stringify(given),
      timeoutMs: 5_000,
    },
    [],
  );

describe('the fake Statuspage', () => {
  const incident = { name: 'n', status: 'investigating' };
  it.each([
    ['no JSON', 'x', 400],
    ['no incident', {}, 422],
    ['no name', { incident: { status: 'identified' } }, 422],
    ['an unknown status', { incident: { ...incident, status: 'open' } }, 422],
    ['an unknown impact', { incident: { ...incident, impact_override: 'huge' } }, 422],
    ['a long name', { incident: { ...incident, name: 'x'.repeat(256) } }, 422],
    ["another page's component", { incident: { ...incident, component_ids: ['other'] } }, 422],
    ['an unknown status of a component', { incident: { ...incident, components: { dns: 'down' } } }, 422],
  ])('refuses %s', async (_what, given, status) => {
    expect(await raw(given)).toMatchObject({ status });
    expect(page.incidents).toEqual([]);
  });

  it('refuses another key, another page, and an update of what it does not know', async () => {
    expect(await raw({ incident }, { key: 'other' })).toMatchObject({ status: 401 });
    expect(await raw({ incident }, { path: '/v1/pages/p2/incidents' })).toMatchObject({ status: 404 });
    expect(await raw({ incident }, { method: 'PATCH', path: '/v1/pages/p1/incidents/sp1' })).toMatchObject({
      status: 404,
    });
  });
});

describe('the Statuspage channel', () => {
  it('R46: opens one incident with the first update and changes it with every later one', async () => {
    expect(await send()).toMatchObject({ kind: 'answered', status: 201, receiverId: 'sp1' });
    expect(await send({ n: 2, state: 'monitoring', text: 'We rolled it back.', workaround: '' }, 'sp1')).toMatchObject({
      status: 200,
      receiverId: 'sp1',
    });
    expect(await send({ n: 3, state: 'resolved', text: 'It is over.', workaround: '' }, 'sp1')).toMatchObject({
      status: 200,
    });
    expect(page.incidents).toMatchObject([
      {
        id: 'sp1',
        name: body.title,
        status: 'resolved',
        updates: [
          'Some queries are not answered.\n\nUse the resolvers of eu-west.',
          'We rolled it back.',
          'It is over.',
        ],
      },
    ]);
  });

  it.each(['lost', 'cut'] as const)('opens no second incident when the answer to the first is %s', async (fault) => {
    page.faults.push(NO_FAULT, fault);
    await send();
    expect(page.incidents).toHaveLength(1);
    // The same update again, and the next one, neither of which was told an id.
    expect(await send()).toMatchObject({ kind: 'answered', receiverId: 'sp1' });
    // Another update may say the same.
    const next = { ...delivery({ n: 2 }), deliveryId: 'd-2' };
    expect(await channel().send(next, { nowMs: NOW_MS })).toMatchObject({ status: 200, receiverId: 'sp1' });
    const said = 'Some queries are not answered.\n\nUse the resolvers of eu-west.';
    expect(page.incidents).toMatchObject([{ status: 'investigating', updates: [said, said] }]);
  });

  it('an incident that somebody removed there is opened anew', async () => {
    await send();
    page.remove('sp1');
    expect(await send({ n: 2, text: 'Still.' }, 'sp1')).toMatchObject({ status: 201, receiverId: 'sp2' });
    expect(page.incidents).toMatchObject([{ id: 'sp2' }]);
  });

  it('what fails at its look told nothing, and is no message that may have arrived', async () => {
    for (const fault of ['reset', 'cut'] as const) {
      page.faults.push(fault);
      expect(await send()).toMatchObject({ kind: 'unreached' });
    }
    page.faults.push({ status: 503 });
    expect(await send()).toMatchObject({ kind: 'answered', status: 503 });
    expect(page.incidents).toEqual([]);
  });

  it('says how each of its components is, and that they are well when it is over', async () => {
    const componentIds = ['dns', 'api'];
    await send({}, undefined, { componentIds });
    expect(page.incidents).toMatchObject([{ components: { dns: 'major_outage', api: 'major_outage' } }]);
    await send({ state: 'resolved' }, 'sp1', { componentIds });
    expect(page.incidents).toMatchObject([{ components: { dns: 'operational', api: 'operational' } }]);
  });

  it('a component is as bad as the worst of what is still open about it', async () => {
    const [both, dns] = [{ componentIds: ['dns', 'api'] }, { componentIds: ['dns'] }];
    await send({}, undefined, dns);
    const second = { ...delivery({ impact: 'minor', incidentId: 'incident-2' }), dedupKey: 'incident-2:status' };
    await channel(both).send(second, { nowMs: NOW_MS });
    expect(page.incidents[1]?.components).toEqual({ dns: 'major_outage', api: 'degraded_performance' });
    const over = { ...second, deliveryId: 'd-over', body: { ...second.body, state: 'resolved', text: 'It is over.' } };
    await channel(both).send(over, { nowMs: NOW_MS, known: 'sp2' });
    expect(page.incidents[1]?.components).toEqual({ dns: 'major_outage', api: 'operational' });
    await send({ state: 'resolved' }, 'sp1', dns);
    expect(page.incidents[0]?.components).toEqual({ dns: 'operational' });
  });

  it.each([{ title: 5, state: 'worst', impact: 1, text: '', workaround: null }, { title: 'x'.repeat(1_000) }])(
    'tells whatever the body holds: %#',
    async (changes) => {
      expect(await send(changes)).toMatchObject({ status: 201 });
    },
  );

  it('429, 500, a reset and a hang are answers', async () => {
    for (const fault of [{ status: 429, retryAfter: '7' }, { status: 500 }, 'reset', 'hang'] as const)
      page.faults.push(NO_FAULT, fault);
    expect(await send()).toMatchObject({ kind: 'answered', status: 429, retryAfter: '7' });
    expect(await send()).toMatchObject({ kind: 'answered', status: 500 });
    expect(await send()).toMatchObject({ kind: 'network' });
    const sent = channel().send(delivery(), { nowMs: NOW_MS, signal: AbortSignal.timeout(300) });
    expect(await sent).toMatchObject({ kind: 'network' });
  });

  it('counts its key among its secrets', () => {
    expect(channel().secrets).toEqual([KEY]);
  });
});
