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
import type { AttemptAnswer } from '../channels/attempt.decide.js';
import type { Channels } from '../channels/channel.js';
import { spoolIdOf, type SpooledPage, type SpoolResult } from '../spool/spool-entry.js';
import { SpooledReconciler } from '../spool/spooled.reconciler.js';
import { takeSpoolFolder } from '../spool/spool-lock.js';
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
  /** An answer that the spool has for a delivery that is due; undefined: it is to be sent. */
  readonly spooled: (delivery: DueDelivery) => Promise<AttemptAnswer | undefined>;
  readonly tick: () => void;
  /** Runs what goes by rounds until nothing that is due now is left. */
  readonly settle: () => Promise<void>;
  /** What should be known of a dispatcher that is ready. */
  readonly notice: () => string | undefined;
  readonly stop: () => Promise<void>;
}

const openSpool = ({ settings, clock, logger }: DegradedParts) => {
  const { folder, release } = takeSpoolFolder(settings.dataDir);
  const onDamage = (file: string, bytesCut: number): void =>
    logger.error({ file, bytesCut }, 'the spool ends in what cannot be read; it is cut off');
  return Spool.open({ folder, nowMs: clock.nowMs, onDamage }).then((spool) => ({ spool, release }));
};

/** Tells the other dispatchers, by the log, what became of a page: with the database away it is the one thing that they share. */
const tellOthers =
  ({ eventLog, logger }: DegradedParts) =>
  ({ spoolId, channel, dedupKey, action }: SpooledPage, { outcome, atMs: at }: SpoolResult): void => {
    if (action !== 'trigger' || outcome === 'retry') return;
    const value = Buffer.from(JSON.stringify({ kind: 'sent', spoolId, channel, dedupKey, outcome, at }));
    const headers = { 'content-type': 'application/json' };
    void eventLog
      .append('pages.urgent', [{ key: dedupKey, value, headers }])
      .catch((error: Error) =>
        logger.warn({ err: error, dedupKey }, 'the others cannot be told of a page that was sent'),
      );
  };

const answerOf = (outcome: 'delivered' | 'gave_up', status: number | null, detail: string): AttemptAnswer =>
  outcome === 'delivered'
    ? {
        kind: 'answered',
        status: status ?? 200,
        retryAfter: null,
        detail: `sent from the spool: ${detail}`.slice(0, 300),
      }
    : { kind: 'unsendable', detail: `given up by the spool: ${detail}`.slice(0, 300) };

/** Of this spool, or of another dispatcher's as it was recorded: a trigger that went to where the channel reaches by itself. */
const spooledBy = (parts: DegradedParts, sender: SpoolSender) => {
  const recorded = createSpooledRepository(parts.database);
  return async (delivery: DueDelivery): Promise<AttemptAnswer | undefined> => {
    const { subject, action, channel, dedupKey, address, attempts } = delivery;
    if (subject !== 'page' || action !== 'trigger' || (address ?? null) !== null || attempts > 0) return undefined;
    const spoolId = spoolIdOf({ channel, dedupKey, action });
    const own = await sender.takeOver(spoolId);
    if (own !== undefined) return answerOf('delivered', own.status, own.detail);
    const other = await recorded.find(spoolId);
    return other?.outcome === 'delivered' ? answerOf('delivered', other.status, other.detail) : undefined;
  };
};

const staleWatchOf = (parts: DegradedParts, spool: Spool, sender: SpoolSender): StaleWatch => {
  const asking = new BoundedAsking(parts.clock);
  const whoSaid: StaleTellerParts['whoSaid'] = (page) => {
    const known = spool.pages.get(spoolIdOf(page));
    return known && (known.isElsewhere ? 'elsewhere' : 'here');
  };
  const spooled = createSpooledRepository(parts.database);
  const channels = [...parts.channels.keys()];
  const teller = new StaleTeller({ ...parts, spooled, sender, whoSaid, channels, asking });
  return new StaleWatch({ ...parts, teller, asking, openEpisode: spool.pages.untold(STALE_PREFIX) });
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

/** Opens the spool, sends what an earlier process left in it, and begins to watch. */
export const openDegraded = async (parts: DegradedParts): Promise<Degraded> => {
  const { settings, database, eventStore, eventLog, nodeKeys, clock, logger, onCrash } = parts;
  const { spool, release } = await openSpool(parts);
  const sender = new SpoolSender({ ...parts, spool, onTold: tellOthers(parts) });
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
    () => recording.tick(),
    every(clock, 1_000, drills),
    every(clock, LOOK_EVERY_MS, looks),
    every(clock, PROGRESS_EVERY_MS, progress),
    () => beats.tick(),
  ];
  sender.resume();
  await urgent.start();
  return {
    spooled: spooledBy(parts, sender),
    tick: () => {
      for (const tick of ticking) tick();
    },
    settle: async () => {
      await sender.settled();
      await recording.run();
      await drills.run();
    },
    notice: () =>
      watch.stale() === undefined ? undefined : `telemetry is stale since ${watch.movedAtMs ?? 'the start'}`,
    stop: async () => {
      await urgent.stop();
      await Promise.all([recording, drills, looks, progress, beats].map((rounds) => rounds.stop()));
      await sender.stop();
      await spool.close();
      release();
    },
  };
};
