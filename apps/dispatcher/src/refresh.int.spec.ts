import { event, streamOf } from '#contracts';
import { createStandingPageRepository } from '#store';
import { alertmanagerChannel } from './channels/alertmanager.channel.js';
import { type FakeAlertmanager, startFakeAlertmanager } from './channels/alertmanager.fake.js';
import type { Channel } from './channels/channel.js';
import { World } from './dispatcher.fixture.js';
import { REFRESHED_PAGES_MAX, RefreshReconciler } from './refresh.reconciler.js';

const MINUTE_MS = 60_000;

describe('what a receiver forgets', () => {
  let world: World;
  let fake: FakeAlertmanager;
  beforeEach(async () => {
    world = await World.open();
    fake = await startFakeAlertmanager(world.clock.nowMs);
  });
  afterEach(async () => {
    await world.close();
    await fake.close();
  });

  const start = () => world.dispatcher([alertmanagerChannel({ url: new URL(fake.url) })]);
  const resolves = (incidentId: string) => {
    const stream = streamOf.incident(incidentId);
    const resolved = event('IncidentResolved', { incidentId, because: 'three good windows', at: world.clock.nowMs() });
    return world.tell(stream, 1, resolved);
  };
  const events = async () => (await world.eventStore.readAll(0, 1_000)).length;
  const complaints = () => world.lines.filter(({ message }) => message.startsWith('could not be told again'));

  it('B19: is told again each minute while its incident is open, without an event', async () => {
    const dispatcher = await start();
    await world.opens('in1');
    await dispatcher.settle();
    expect(fake.firing()).toHaveLength(1);
    const before = await events();
    for (let minute = 1; minute <= 10; minute += 1) {
      await world.clock.advance(MINUTE_MS);
      await dispatcher.settle();
      expect(fake.firing().map(({ endsAtMs }) => endsAtMs - world.clock.nowMs())).toEqual([4 * MINUTE_MS]);
    }
    expect(await events()).toBe(before);
  });

  it('B19: so is whoever was called beside its page, and what has no incident, until each of them is over', async () => {
    const dispatcher = await start();
    const at = world.clock.nowMs();
    await world.opens('in1');
    const call = { incidentId: 'in1', to: 'vp', alertId: 'al1', because: 'nobody answers', at } as const;
    await world.tell(streamOf.incident('in1'), 1, event('IncidentEscalated', call));
    const page = { subject: 'page', channel: 'alertmanager', dedupKey: 'channel-x', at } as const;
    const asks = (deliveryId: string, action: 'trigger' | 'resolve') =>
      world.tell(
        streamOf.delivery(deliveryId),
        0,
        event('DeliveryRequested', { deliveryId, action, ...page, body: { title: 'x', at: world.clock.nowMs() } }),
      );
    await asks('d1', 'trigger');
    const minutes = async (count: number): Promise<void> => {
      for (let minute = 1; minute <= count; minute += 1) {
        await world.clock.advance(MINUTE_MS);
        await dispatcher.settle();
      }
    };
    await dispatcher.settle();
    await minutes(10);
    const firing = () =>
      fake
        .firing()
        .map(({ labels }) => labels['call'] ?? labels['incident'] ?? '')
        .toSorted((one, other) => one.localeCompare(other));
    expect(firing()).toEqual(['channel-x', 'in1', 'vp']);
    await asks('d2', 'resolve');
    await minutes(10);
    expect(firing()).toEqual(['in1', 'vp']);
    const resolved = event('IncidentResolved', { incidentId: 'in1', because: 'well', at: world.clock.nowMs() });
    await world.tell(streamOf.incident('in1'), 2, resolved);
    await minutes(10);
    expect(firing()).toEqual([]);
    const told = fake.requests.length;
    await minutes(3);
    expect(fake.requests).toHaveLength(told);
  });

  it('is told no more often than each minute, and at once after a restart', async () => {
    const first = await start();
    await world.opens('in1');
    await first.settle();
    const told = fake.requests.length;
    await world.clock.advance(MINUTE_MS / 2);
    await first.settle();
    expect(fake.requests).toHaveLength(told);
    await (await start()).settle();
    expect(fake.requests).toHaveLength(told + 1);
  });

  it('is told what is over for five minutes more, and then no more', async () => {
    const dispatcher = await start();
    await world.opens('in1');
    await dispatcher.settle();
    await world.clock.advance(MINUTE_MS);
    await resolves('in1');
    await dispatcher.settle();
    const endedAtMs = world.clock.nowMs();
    const told = fake.requests.length;
    for (let minute = 1; minute <= 8; minute += 1) {
      await world.clock.advance(MINUTE_MS);
      await dispatcher.settle();
    }
    expect(fake.requests.length - told).toBe(5);
    expect(fake.alerts().map(({ endsAtMs }) => endsAtMs)).toEqual([endedAtMs]);
  });

  it('is not told that it is open while its resolve is on its way', async () => {
    const dispatcher = await start();
    await world.opens('in1');
    await dispatcher.settle();
    fake.faults.push({ status: 500 });
    await resolves('in1');
    await world.clock.advance(MINUTE_MS);
    const endBefore = fake.alerts()[0]?.endsAtMs;
    await dispatcher.settle();
    expect(fake.alerts()[0]?.endsAtMs).toBeLessThanOrEqual(endBefore ?? 0);
  });

  it('complains once per reason, holds up no delivery, and says when it is well again', async () => {
    const dispatcher = await start();
    await world.opens('in1');
    await dispatcher.settle();
    for (let minute = 1; minute <= 3; minute += 1) {
      fake.faults.push({ status: 500 });
      await world.clock.advance(MINUTE_MS);
      await dispatcher.settle();
    }
    expect(complaints()).toHaveLength(1);
    expect(dispatcher.unready()).toBeUndefined();
    await world.clock.advance(MINUTE_MS);
    await dispatcher.settle();
    expect(fake.firing()).toHaveLength(1);
    expect(world.lines.at(-1)?.message).toBe('is told again what is open');
  });

  it('breaks off what hangs when it is stopped', async () => {
    const dispatcher = await start();
    await world.opens('in1');
    await dispatcher.settle();
    const asked = fake.requests.length;
    fake.faults.push('hang');
    await world.clock.advance(MINUTE_MS);
    const refreshing = dispatcher.settle();
    while (fake.requests.length === asked) await new Promise((resolve) => setImmediate(resolve));
    await dispatcher.stop();
    await refreshing;
    expect(complaints()).toEqual([]);
  });

  it('tells the newest of more than it may tell at once, and says so', async () => {
    const sizes: number[] = [];
    const page = {
      deliveryId: 'd',
      subject: 'page',
      action: 'trigger',
      dedupKey: 'k',
      body: {},
      address: null,
    } as const;
    const channel: Channel = {
      name: 'forgetful',
      isKeyed: true,
      timeoutMs: 1_000,
      secrets: [],
      send: () => Promise.reject(new Error('not asked for')),
      refresh: {
        everyMs: MINUTE_MS,
        afterEndMs: 0,
        send: async ({ length }) => {
          sizes.push(length);
          return { kind: 'answered', status: 200, retryAfter: null, detail: '' };
        },
      },
    };
    const pages = {
      list: async (_channel: string, _since: number, _now: number, limit: number) =>
        Array<typeof page>(limit).fill(page),
    };
    const { clock, logger } = world;
    await new RefreshReconciler({ channels: new Map([['forgetful', channel]]), pages, clock, logger }).reconcile();
    expect(sizes).toEqual([REFRESHED_PAGES_MAX]);
    expect(complaints()).toHaveLength(1);
  });

  it('reads the last delivered page of each incident, and nothing of another channel', async () => {
    const pages = createStandingPageRepository(world.db.database);
    const dispatcher = await start();
    await world.opens('in1');
    await dispatcher.settle();
    await world.opens('in2');
    const standing = await pages.list('alertmanager', 0, world.clock.nowMs(), 10);
    expect(standing.map(({ dedupKey, action }) => `${dedupKey} ${action}`)).toEqual(['in1 trigger']);
    expect(await pages.list('pagerduty', 0, world.clock.nowMs(), 10)).toEqual([]);
  });
});
