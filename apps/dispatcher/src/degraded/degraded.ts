import type { EventLog } from '#event-log';
import { type Clock, type Logger, type NodeKeyring, Rounds } from '#runtime';
import {
  createDeliveryRepository,
  createDrillRepository,
  createSpooledRepository,
  type Database,
  decidedTick,
  type DueDelivery,
  type EventStore,
} from '#store';
import type { Channels } from '../channels/channel.js';
import { type SpooledAnswer, spooledBy, tellOthers } from '../spool/hand-over.js';
import { spoolIdOf } from '../spool/spool-entry.js';
import { SpooledReconciler } from '../spool/spooled.reconciler.js';
import { SpoolKeeper } from '../spool/spool-keeper.js';
import { BEAT_EVERY_MS } from '../spool/spool-lock.js';
import { SpoolSender } from '../spool/spool-sender.js';
import { Spool } from '../spool/spool.js';
import { BoundedAsking } from './bounded-asking.js';
import { DeadMan, PROGRESS_EVERY_MS } from './dead-man.js';
import type { DegradedSettings } from './degraded.config.js';
import { DrillsReconciler } from './drills.reconciler.js';
import { STALE_PREFIX, StaleTeller, type StaleTellerParts } from './stale-teller.js';
import { LOOK_EVERY_MS, StaleWatch } from './stale-watch.js';
import { UrgentPagesConsumer } from './urgent-pages.consumer.js';

/** What the degraded modes stand on. */
export interface DegradedParts {
  readonly settings: DegradedSettings;
  /** Those that page. */
  readonly channels: Channels;
  readonly database: Database;
  readonly eventStore: EventStore;
  readonly eventLog: EventLog;
  readonly nodeKeys: Pick<NodeKeyring, 'isRequired' | 'vouch'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1). */
  readonly random: () => number;
  /** Why deliveries do not go. */
  readonly deliveriesFailed: () => string | undefined;
  /** Steps of escalations that should have been taken. */
  readonly overdueEscalations?: () => Promise<number>;
  readonly onCrash: (error: Error) => void;
}

/** What goes on when something else does not. */
export interface Degraded {
  /** What spools know of a delivery that is due. */
  readonly spooled: (delivery: DueDelivery) => Promise<SpooledAnswer>;
  readonly tick: () => void;
  /** Runs what goes by rounds until nothing that is due now is left. */
  readonly settle: () => Promise<void>;
  /** What should be known of a dispatcher that is ready. */
  readonly notice: () => string | undefined;
  /** Begins nothing any more; bounded. What was sent is known until `close`. */
  readonly stop: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** How long the start waits for the disk: pages leave without it as well. */
const DISK_MS_MAX = 2_000;

const spoolOf = ({ clock, logger }: DegradedParts): Spool =>
  new Spool({
    nowMs: clock.nowMs,
    onDamage: (file, bytesCut) =>
      logger.error({ file, bytesCut }, 'the spool ends in what cannot be read; it is left out'),
    onUnread: (file, records) =>
      logger.error(
        { file, records },
        'the spool holds records that this version does not know; its file is kept aside',
      ),
  });

const staleWatchOf = (parts: DegradedParts, spool: Spool, sender: SpoolSender): StaleWatch => {
  const asking = new BoundedAsking(parts.clock);
  const whoSaid: StaleTellerParts['whoSaid'] = (page) => {
    const known = spool.pages.get(spoolIdOf(page));
    return known && (known.because === 'sent elsewhere' ? 'elsewhere' : 'here');
  };
  const spooled = createSpooledRepository(parts.database);
  const channels = [...parts.channels.keys()];
  const teller = new StaleTeller({ ...parts, spooled, sender, whoSaid, channels, asking });
  return new StaleWatch({ ...parts, teller, asking, openEpisode: spool.pages.untold(STALE_PREFIX) });
};

const sinceOf = (movedAtMs: number | undefined): string =>
  movedAtMs === undefined ? 'the start' : new Date(movedAtMs).toISOString();

const noticeOf = (watch: StaleWatch, drills: DrillsReconciler): string | undefined => {
  const stale = watch.stale() === undefined ? undefined : `telemetry is stale since ${sinceOf(watch.movedAtMs)}`;
  return [stale, drills.notice()].filter((words) => words !== undefined).join('; ') || undefined;
};

const deadManOf = (parts: DegradedParts, spool: Spool, watch: StaleWatch): DeadMan | undefined => {
  const { settings, clock, logger, database, deliveriesFailed, overdueEscalations = async () => 0 } = parts;
  if (settings.deadManUrl === undefined) return undefined;
  return new DeadMan({
    url: settings.deadManUrl,
    clock,
    logger,
    tickMovedAtMs: () => watch.movedAtMs,
    decidedTick: () => decidedTick(database),
    deliveriesFailed,
    overdueEscalations,
    isSpoolWritable: () => spool.isWritable(),
  });
};

/** Lets rounds run each so often, by the clock that ticks come from. */
const every = (clock: Clock, periodMs: number, rounds: Rounds): (() => void) => {
  let nextMs = clock.nowMs();
  return () => {
    if (clock.nowMs() < nextMs) return;
    nextMs = clock.nowMs() + periodMs;
    rounds.tick();
  };
};

/** Waits for work, but not for ever. */
const within = async (clock: Clock, boundMs: number, work: Promise<void>): Promise<void> => {
  const ended = new AbortController();
  await Promise.race([work.finally(() => ended.abort()), clock.sleep(boundMs, ended.signal)]);
};

/** Opens the spool, sends what an earlier process left in it, and begins to watch. */
export const openDegraded = async (parts: DegradedParts): Promise<Degraded> => {
  const { settings, database, eventStore, eventLog, nodeKeys, clock, logger, onCrash } = parts;
  const spool = spoolOf(parts);
  const keeper = new SpoolKeeper({ spool, dataDir: settings.dataDir, logger });
  const keeping = new Rounds('spool', keeper.look, logger);
  // On a disk that takes nothing pages leave without it, and it is tried again.
  await within(clock, DISK_MS_MAX, keeping.run());
  const sender = new SpoolSender({ ...parts, spool, onTold: tellOthers(eventLog, logger) });
  const watch = staleWatchOf(parts, spool, sender);
  const urgent = new UrgentPagesConsumer({ eventLog, sender, clock, logger, onCrash });
  const deadMan = deadManOf(parts, spool, watch);
  const drilling = new DrillsReconciler({
    plan: { time: settings.drillTime, channel: settings.drillChannel },
    eventStore,
    eventLog,
    nodeKeys,
    clock,
    logger,
    drills: createDrillRepository(database),
    deliveries: createDeliveryRepository(database),
  });
  const recording = new Rounds('spooled', new SpooledReconciler({ spool, eventStore, clock }).reconcile, logger);
  const drills = new Rounds('drills', drilling.reconcile, logger);
  const looks = new Rounds('telemetry', watch.look, logger);
  const progress = new Rounds('progress', deadMan?.lookAtProgress ?? (async () => undefined), logger);
  const beats = new Rounds('dead man', deadMan?.beat ?? (async () => undefined), logger);
  const ticking = [
    () => sender.tick(),
    () => recording.tick(),
    every(clock, BEAT_EVERY_MS, keeping),
    every(clock, 1_000, drills),
    every(clock, LOOK_EVERY_MS, looks),
    every(clock, PROGRESS_EVERY_MS, progress),
    () => beats.tick(),
  ];
  sender.tick();
  await urgent.start();
  return {
    spooled: spooledBy(sender, createSpooledRepository(database)),
    tick: () => {
      for (const tick of ticking) tick();
    },
    settle: async () => {
      sender.tick();
      await sender.settled();
      await recording.run();
      await drills.run();
    },
    notice: () => noticeOf(watch, drilling),
    stop: async () => {
      await urgent.stop();
      await Promise.all([recording, keeping, drills, looks, progress, beats].map((rounds) => rounds.stop()));
      await sender.stop();
    },
    close: async () => {
      await within(clock, DISK_MS_MAX, spool.close().then(keeper.release));
    },
  };
};
