import type { EventLog } from '#event-log';
import { type Clock, type Logger, Rounds } from '#runtime';
import {
  createDeliveryQueues,
  createSpooledRepository,
  type Database,
  decidedTick,
  type DueDelivery,
  type EventStore,
} from '#store';
import type { Channels } from '../channels/channel.js';
import { every } from '../every.js';
import { HAND_OVER_EVERY_MS, HandOverReconciler } from './hand-over.reconciler.js';
import { type SpooledAnswer, spooledBy, tellOthers } from './hand-over.js';
import { SpooledReconciler } from './spooled.reconciler.js';
import { SpoolKeeper } from './spool-keeper.js';
import { BEAT_EVERY_MS } from './spool-lock.js';
import { SpoolSender } from './spool-sender.js';
import { Spool } from './spool.js';
import { UNFOUND_EVERY_MS, UnfoundReconciler } from './unfound.reconciler.js';

/** How long the start and the end wait for the disk: pages leave without it as well. */
const DISK_MS_MAX = 2_000;

/** What a spool and its hand-over stand on. */
export interface SpoolParts {
  readonly dataDir: string;
  /** Those that page. */
  readonly channels: Channels;
  readonly database: Database;
  readonly eventStore: EventStore;
  readonly eventLog: Pick<EventLog, 'append'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1). */
  readonly random: () => number;
}

/** The spool of a dispatcher, with what sends from it and hands over. */
export interface OpenSpool {
  readonly spool: Spool;
  readonly sender: SpoolSender;
  /** What spools know of a delivery that is due. */
  readonly spooled: (delivery: DueDelivery) => Promise<SpooledAnswer>;
  readonly tick: () => void;
  /** Runs what goes by rounds until nothing that is due now is left. */
  readonly settle: () => Promise<void>;
  /** Sends nothing any more; bounded. What was sent is known until `close`. */
  readonly stop: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Waits for work, but not for ever. */
const within = async (clock: Clock, boundMs: number, work: Promise<void>): Promise<void> => {
  const ended = new AbortController();
  await Promise.race([work.finally(() => ended.abort()), clock.sleep(boundMs, ended.signal)]);
};

const spoolOf = ({ clock, logger }: SpoolParts): Spool =>
  new Spool({
    nowMs: clock.nowMs,
    onDamage: (file, bytesCut) =>
      logger.error({ file, bytesCut }, 'the spool ends in what cannot be read; it is left out'),
    onUnread: (file, records) =>
      logger.error({ file, records }, 'the spool holds records of another version; its file is kept aside'),
  });

/** What goes on once the database answers: recording, handing over, ending. */
const reconcilersOf = (
  parts: SpoolParts,
  spool: Spool,
  sender: SpoolSender,
): readonly (readonly [Rounds, number])[] => {
  const { database, logger } = parts;
  const spooled = createSpooledRepository(database);
  const queues = createDeliveryQueues(database);
  const recording = new SpooledReconciler({ ...parts, spool });
  const handOver = new HandOverReconciler({ ...parts, spool, sender, spooled, queues });
  const unfound = new UnfoundReconciler({ ...parts, spooled, decidedTick: () => decidedTick(database) });
  return [
    [new Rounds('spooled', recording.reconcile, logger), 0],
    [new Rounds('hand over', handOver.reconcile, logger), HAND_OVER_EVERY_MS],
    [new Rounds('unfound pages', unfound.reconcile, logger), UNFOUND_EVERY_MS],
  ];
};

/** Opens the spool, and sends what an earlier process left in it. On a disk that takes nothing pages leave without it, and it is tried again. */
export const openSpool = async (parts: SpoolParts): Promise<OpenSpool> => {
  const { database, eventLog, clock, logger } = parts;
  const spool = spoolOf(parts);
  const keeper = new SpoolKeeper({ ...parts, spool });
  const keeping = new Rounds('spool', keeper.look, logger);
  await within(clock, DISK_MS_MAX, keeping.run());
  const sender = new SpoolSender({ ...parts, spool, onTold: tellOthers(eventLog, logger) });
  const reconcilers = reconcilersOf(parts, spool, sender);
  const all = [...reconcilers, [keeping, BEAT_EVERY_MS] as const];
  const ticking = all.map(([rounds, periodMs]) => every(clock, periodMs, rounds));
  sender.tick();
  return {
    spool,
    sender,
    spooled: spooledBy(sender, createSpooledRepository(database)),
    tick: () => {
      sender.tick();
      for (const tick of ticking) tick();
    },
    settle: async () => {
      sender.tick();
      await sender.settled();
      for (const [rounds] of reconcilers) await rounds.run();
    },
    stop: async () => {
      await Promise.all([sender.stop(), ...all.map(([rounds]) => rounds.stop())]);
    },
    close: () => within(clock, DISK_MS_MAX, spool.close().then(keeper.release)),
  };
};
