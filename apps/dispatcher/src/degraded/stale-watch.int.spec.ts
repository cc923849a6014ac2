import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { event, streamOf } from '#contracts';
import type { EventLog } from '#event-log';
import { createSpooledRepository } from '#store';
import type { Channel, OutgoingDelivery } from '../channels/channel.js';
import { World } from '../dispatcher.fixture.js';
import { spoolIdOf } from '../spool/spool-entry.js';
import { SpooledReconciler } from '../spool/spooled.reconciler.js';
import { SpoolSender } from '../spool/spool-sender.js';
import { Spool } from '../spool/spool.js';
import { BoundedAsking } from './bounded-asking.js';
import { LOOK_EVERY_MS, StaleWatch } from './stale-watch.js';
import { STALE_PREFIX, StaleTeller } from './stale-teller.js';

const CHANNELS = ['pagerduty', 'slack'];
const KEY = 'telemetry-stale-500';

describe('telemetry that is stale, as dispatchers tell it', () => {
  let world: World;
  let folder: string;
  let isDatabaseAway = false;
  /** The end of `slots`. */
  let end = 500;
  const taken: (OutgoingDelivery & { readonly channel: string; readonly by: string })[] = [];
  const spools: Spool[] = [];
  beforeEach(async () => {
    world = await World.open();
    folder = await mkdtemp(join(tmpdir(), 'tocsin-stale-'));
    [isDatabaseAway, end] = [false, 500];
    taken.length = 0;
  });
  afterEach(async () => {
    for (const spool of spools.splice(0)) await spool.close();
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });

  const channelOf = (name: string, by: string): Channel => ({
    name,
    isKeyed: true,
    timeoutMs: 1_000,
    secrets: [],
    send: async (delivery) => {
      taken.push({ ...delivery, channel: name, by });
      return { kind: 'answered', status: 202, retryAfter: null, detail: 'ok' };
    },
  });
  const unlessAway = async <T>(ask: () => Promise<T>): Promise<T> => {
    if (isDatabaseAway) throw new Error('the database is away');
    return ask();
  };

  /** A dispatcher that watches; of the same name it is the same after a restart. */
  const watcher = async (by: string) => {
    const { clock, logger, db, eventStore } = world;
    const spool = await Spool.open({
      folder: join(folder, by),
      nowMs: clock.nowMs,
      onDamage: () => undefined,
      onUnread: () => undefined,
    });
    spools.push(spool);
    const channels = new Map(CHANNELS.map((name) => [name, channelOf(name, by)]));
    const sender = new SpoolSender({ spool, channels, clock, logger, random: () => 0.5 });
    const asking = new BoundedAsking(clock);
    const recorded = createSpooledRepository(db.database);
    const teller = new StaleTeller({
      eventStore: { append: (...told) => unlessAway(() => eventStore.append(...told)) },
      spooled: { sentSince: (...asked) => unlessAway(() => recorded.sentSince(...asked)) },
      sender,
      whoSaid: (page) => {
        const known = spool.pages.get(spoolIdOf(page));
        return known && (known.because === 'sent elsewhere' ? 'elsewhere' : 'here');
      },
      channels: CHANNELS,
      asking,
      clock,
      logger,
    });
    const watch = new StaleWatch({
      eventLog: { offsets: async () => [{ topic: 'slots', partition: 0, low: 0, high: end }] } as unknown as EventLog,
      database: { query: (async () => unlessAway(async () => [])) as never },
      teller,
      asking,
      clock,
      random: () => 0,
      openEpisode: spool.pages.untold(STALE_PREFIX),
    });
    const recording = new SpooledReconciler({ spool, eventStore, clock });
    const look = async (): Promise<void> => {
      await watch.look();
      await sender.settled();
      if (!isDatabaseAway) await recording.reconcile();
    };
    const kill = async (): Promise<void> => {
      spools.splice(spools.indexOf(spool), 1);
      await spool.close();
    };
    return { watch, sender, spool, look, kill };
  };
  type Watcher = Awaited<ReturnType<typeof watcher>>;

  /** All of them look for so many seconds; whether ticks come meanwhile. */
  const go = async (seconds: number, watchers: readonly Watcher[], comes: boolean): Promise<void> => {
    for (let left = seconds * 1_000; left > 0; left -= LOOK_EVERY_MS) {
      await world.clock.advance(LOOK_EVERY_MS);
      if (comes) end += 8;
      for (const each of watchers) await each.look();
    }
  };
  const said = (): readonly string[] => taken.map(({ by, channel, action }) => `${by} ${channel} ${action}`);
  const both = (by: string, action: string): readonly string[] => CHANNELS.map((name) => `${by} ${name} ${action}`);

  it('one of two says it and its end, once through each channel, and names no incident that there is not', async () => {
    const watchers = [await watcher('a'), await watcher('b')];
    await go(80, watchers, false);
    expect(said()).toEqual(both('a', 'trigger'));
    await go(60, watchers, true);
    expect(said()).toEqual([...both('a', 'trigger'), ...both('a', 'resolve')]);
    expect(new Set(taken.map(({ dedupKey }) => dedupKey))).toEqual(new Set([KEY]));
    expect(taken.filter(({ body }) => 'incidentId' in body)).toEqual([]);
    const told = await world.eventStore.readStream(streamOf.stale(KEY));
    expect(told.map(({ event: { type } }) => type)).toEqual(['TelemetryWentStale', 'TelemetryMoved']);
  });

  it('B2: what a dispatcher recorded and was killed before it said, another says ten seconds later', async () => {
    const at = world.clock.nowMs();
    await world.tell(
      streamOf.stale(KEY),
      0,
      event('TelemetryWentStale', { staleId: KEY, because: 'no tick', sinceMs: at, at }),
    );
    const watchers = [await watcher('b')];
    await go(40, watchers, false);
    expect(said()).toEqual([]);
    await go(4, watchers, false);
    expect(said()).toEqual(both('b', 'trigger'));
    await go(60, watchers, false);
    await go(60, watchers, true);
    expect(said()).toEqual([...both('b', 'trigger'), ...both('b', 'resolve')]);
  });

  it('B2: what was recorded by one that is gone with its disk, others end; one that comes back does not say it again', async () => {
    const a = await watcher('a');
    await go(34, [a], false);
    await a.kill();
    const others = [await watcher('b'), await watcher('c')];
    await go(18, others, true);
    expect(said()).toEqual(both('a', 'trigger'));
    await go(60, others, true);
    expect(said().toSorted()).toEqual([...both('a', 'trigger'), ...both('b', 'resolve')]);
    const told = await world.eventStore.readStream(streamOf.stale(KEY));
    expect(told.map(({ event: { type } }) => type)).toEqual(['TelemetryWentStale', 'TelemetryMoved']);
    const back = await watcher('a');
    expect(back.watch.stale()).toBe(KEY);
    await go(60, [back, ...others], true);
    expect(back.watch.stale()).toBeUndefined();
    expect(taken).toHaveLength(4);
  });

  it('B2: with the database away each says it, and one that was killed says the end when it is back', async () => {
    isDatabaseAway = true;
    const a = await watcher('a');
    await go(34, [a, await watcher('b')], false);
    expect(said().toSorted()).toEqual([...both('a', 'trigger'), ...both('b', 'trigger')]);
    await a.kill();
    await go(20, [await watcher('a')], true);
    expect(said().slice(4)).toEqual(both('a', 'resolve'));
  });

  it('B2: what another dispatcher said is no open episode after a restart', async () => {
    const b = await watcher('b');
    const page = { dedupKey: KEY, action: 'trigger' } as const;
    for (const channel of CHANNELS) {
      const spoolId = spoolIdOf({ channel, ...page });
      await b.sender.sentElsewhere({ kind: 'sent', spoolId, channel, dedupKey: KEY, outcome: 'delivered', at: 1 });
    }
    await b.kill();
    const again = await watcher('b');
    expect(again.watch.stale()).toBeUndefined();
    await go(60, [again], true);
    expect(said()).toEqual([]);
  });

  it('B17: a dispatcher that starts has seen no tick move, until one does', async () => {
    const a = await watcher('a');
    await go(4, [a], false);
    expect(a.watch.movedAtMs).toBeUndefined();
    await go(2, [a], true);
    expect(a.watch.movedAtMs).toBe(world.clock.nowMs());
  });
});
