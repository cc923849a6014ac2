import type { KeptHead } from '#contracts';
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
import { every } from '../every.js';
import type { DegradedReadings } from '../dispatcher.meters.js';
import type { SpooledAnswer } from '../spool/hand-over.js';
import { type OpenSpool, openSpool } from '../spool/open-spool.js';
import { spoolIdOf } from '../spool/spool-entry.js';
import { BoundedAsking } from './bounded-asking.js';
import { DeadMan, PROGRESS_EVERY_MS } from './dead-man.js';
import type { DegradedSettings } from './degraded.config.js';
import { DrillsReconciler } from './drills.reconciler.js';
import { STALE_PREFIX, StaleTeller, type StaleTellerParts } from './stale-teller.js';
import { LOOK_EVERY_MS, StaleWatch } from './stale-watch.js';
import { UrgentPagesConsumer, type UrgentPagesParts } from './urgent-pages.consumer.js';

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
  /** How far the events went, as it was kept last. */
  readonly keptHead?: () => KeptHead | undefined;
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
  readonly readings: () => Promise<DegradedReadings>;
  /** Begins nothing any more; bounded. What was sent is known until `close`. */
  readonly stop: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** How long an urgent page waits for the database to say whether it knows it: one that works says so in milliseconds. */
const RECORDED_MS_MAX = 500;
const staleWatchOf = (parts: DegradedParts, { spool, sender }: OpenSpool): StaleWatch => {
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

const readingsOf = async (
  { spool }: OpenSpool,
  watch: StaleWatch,
  deadMan: DeadMan | undefined,
): Promise<DegradedReadings> => ({
  spooled: spool.pages.unfinished().length,
  isSpoolWritable: await spool.isWritable(),
  isStale: watch.stale() !== undefined,
  isDeadManTold: deadMan === undefined ? undefined : deadMan.held() === undefined,
});

const deadManOf = (parts: DegradedParts, { spool }: OpenSpool, watch: StaleWatch): DeadMan | undefined => {
  const { settings, clock, logger, database, deliveriesFailed, overdueEscalations = async () => 0, keptHead } = parts;
  if (settings.deadManUrl === undefined) return undefined;
  return new DeadMan({
    url: settings.deadManUrl,
    allowsPrivate: settings.allowsPrivate,
    clock,
    logger,
    tickMovedAtMs: () => watch.movedAtMs,
    decidedTick: () => decidedTick(database),
    deliveriesFailed,
    overdueEscalations,
    isSpoolWritable: () => spool.isWritable(),
    ...(keptHead === undefined ? {} : { keptHead }),
  });
};

const urgentOf = (parts: DegradedParts, sender: OpenSpool['sender']): UrgentPagesConsumer => {
  const spooled = createSpooledRepository(parts.database);
  const asking = new BoundedAsking(parts.clock);
  const recorded: UrgentPagesParts['recorded'] = (keys) =>
    asking.within('recorded', RECORDED_MS_MAX, () => spooled.incidentsOf(keys));
  return new UrgentPagesConsumer({ ...parts, sender, recorded });
};

/** Opens the spool, sends what an earlier process left in it, and begins to watch. */
export const openDegraded = async (parts: DegradedParts): Promise<Degraded> => {
  const { settings, database, eventStore, eventLog, nodeKeys, clock, logger } = parts;
  const opened = await openSpool({ ...parts, dataDir: settings.dataDir });
  const watch = staleWatchOf(parts, opened);
  const urgent = urgentOf(parts, opened.sender);
  const deadMan = deadManOf(parts, opened, watch);
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
  const drills = new Rounds('drills', drilling.reconcile, logger);
  const looks = new Rounds('telemetry', watch.look, logger);
  const progress = new Rounds('progress', deadMan?.lookAtProgress ?? (async () => undefined), logger);
  const beats = new Rounds('dead man', deadMan?.beat ?? (async () => undefined), logger);
  const ticking = [
    opened.tick,
    every(clock, 1_000, drills),
    every(clock, LOOK_EVERY_MS, looks),
    every(clock, PROGRESS_EVERY_MS, progress),
    () => beats.tick(),
  ];
  await urgent.start();
  return {
    spooled: opened.spooled,
    tick: () => {
      for (const tick of ticking) tick();
    },
    settle: async () => {
      await opened.settle();
      await drills.run();
    },
    notice: () => noticeOf(watch, drilling),
    readings: () => readingsOf(opened, watch, deadMan),
    stop: async () => {
      await urgent.stop();
      await Promise.all([opened.stop(), ...[drills, looks, progress, beats].map((rounds) => rounds.stop())]);
    },
    close: opened.close,
  };
};
