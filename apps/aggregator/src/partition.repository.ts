import { FUTURE_US_MAX } from '#contracts';
import { type EventLog, OffsetOutOfRange, type TopicPartition } from '#event-log';
import {
  createNodeLedger,
  createPositionRepository,
  createSegmentRepository,
  type Database,
  type LedgerBoot,
  type PositionRow,
  type Queryable,
  type SegmentRow,
} from '#store';
import { OPEN_SLOTS, type PartitionFlush, type PartitionSnapshot } from './partition-state.js';
import type { TelemetryTopic } from './read-record.decide.js';
import { tickOf } from './tick-builder.js';

/** A partition of a telemetry topic. */
export interface TelemetryPartition {
  readonly topic: TelemetryTopic;
  readonly partition: number;
}

/** What was found wrong with a position when it was loaded. */
export type PositionDoubt =
  | { readonly kind: 'gap'; readonly from: number; readonly to: number }
  | { readonly kind: 'new_incarnation'; readonly expected: number; readonly high: number };

/** A partition as Postgres knows it. */
export interface LoadedPartition {
  readonly snapshot: PartitionSnapshot;
  readonly doubt: PositionDoubt | undefined;
}

/** What the aggregator keeps of its partitions. */
export interface PartitionRepository {
  readonly load: (partition: TelemetryPartition) => Promise<LoadedPartition>;
  readonly position: (partition: TelemetryPartition) => Promise<PositionRow>;
  /** False: the position is not where the flush begins, and nothing was written. */
  readonly write: (flush: PartitionFlush) => Promise<boolean>;
}

const CONSUMER = 'aggregator';
/** The open ring ends at receive time, and a fast clock may be the newest slot: so much further ahead, and in a slot begun. */
const RESTORED_SLOTS = OPEN_SLOTS + FUTURE_US_MAX / 1e6 + 1;

class Refused extends Error {}

/** Nothing to restore where a partition has no outcomes. */
const readOpenSlots = async (tx: Queryable, source: TelemetryPartition): Promise<readonly SegmentRow[]> => {
  const segments = createSegmentRepository(tx);
  const newest = await segments.newestSlot(source);
  return newest === undefined ? [] : segments.read(newest - RESTORED_SLOTS + 1, newest, undefined, source);
};

const offsetsOf = async (
  log: EventLog,
  { topic, partition }: TopicPartition,
): Promise<{ readonly low: number; readonly high: number }> => {
  const found = (await log.offsets(topic)).find((offsets) => offsets.partition === partition);
  if (found === undefined) throw new Error(`load position of ${topic}/${partition}: the log has no such partition`);
  return found;
};

const lastTickOf = async (
  log: EventLog,
  partition: TelemetryPartition,
  next: number,
  low: number,
): Promise<number | undefined> => {
  if (next <= low) return undefined;
  const [record] = await log.read({ ...partition, offset: next - 1 }, 1).catch((error: unknown) => {
    // Retention took it meanwhile; any other failure must not look like that: ticks would differ.
    if (error instanceof OffsetOutOfRange) return [];
    throw error;
  });
  return record === undefined ? undefined : tickOf(record.appendedAtMs);
};

const positionIn = async (
  tx: Queryable,
  cluster: string,
  partition: TelemetryPartition,
  startOffset = 0,
): Promise<PositionRow> => {
  const [row] = await createPositionRepository(tx).load(cluster, CONSUMER, [{ ...partition, startOffset }]);
  if (row === undefined) throw new Error(`load position of ${partition.topic}/${partition.partition}: it was not made`);
  return row;
};

/** The topic is shorter than what was counted of it: it was made anew, and is read from its start. */
const reincarnated = async (tx: Queryable, cluster: string, row: PositionRow, low: number): Promise<PositionRow> => {
  const step = { cluster, consumer: CONSUMER, ...row, expected: row.nextOffset, next: low } as const;
  if (!(await createPositionRepository(tx).reincarnate(tx, step)))
    throw new Error(`begin a new incarnation of ${row.topic}/${row.partition}: its position moved meanwhile`);
  return { ...row, nextOffset: low, incarnation: row.incarnation + 1 };
};

/** Position, cells and ledger of one moment, so that they fit each other. */
const readStored = (
  database: Database,
  cluster: string,
  partition: TelemetryPartition,
  { low, high }: { readonly low: number; readonly high: number },
) =>
  database.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read');
    const found = await positionIn(tx, cluster, partition, low);
    const isNew = found.nextOffset > high;
    const row = isNew ? await reincarnated(tx, cluster, found, low) : found;
    const isCounted = partition.topic === 'telemetry.outcomes';
    const segments = isCounted ? await readOpenSlots(tx, partition) : [];
    const boots: readonly LedgerBoot[] = isCounted ? await createNodeLedger(tx).load() : [];
    return { found, isNew, row, segments, boots };
  });

const load = async (database: Database, log: EventLog, partition: TelemetryPartition): Promise<LoadedPartition> => {
  const ends = await offsetsOf(log, partition);
  const { found, isNew, row, segments, boots } = await readStored(database, log.clusterId, partition, ends);
  const source = { ...partition, incarnation: row.incarnation };
  const expected = row.nextOffset;
  const nextOffset = Math.max(expected, ends.low);
  const lastTick = await lastTickOf(log, partition, nextOffset, ends.low);
  const snapshot = { source, expected, nextOffset, lastTick, segments, boots };
  if (isNew) return { snapshot, doubt: { kind: 'new_incarnation', expected: found.nextOffset, high: ends.high } };
  return { snapshot, doubt: expected < ends.low ? { kind: 'gap', from: expected, to: ends.low } : undefined };
};

const write = async (database: Database, cluster: string, flush: PartitionFlush): Promise<boolean> => {
  const { source, expected, next, segments, ledger } = flush;
  try {
    await database.transaction(async (tx) => {
      const step = { cluster, consumer: CONSUMER, ...source, expected, next } as const;
      if (!(await createPositionRepository(tx).advance(tx, step))) throw new Refused();
      await createSegmentRepository(tx).write(tx, segments);
      await createNodeLedger(tx).apply(tx, ledger);
    });
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
};

/** The repository in PostgreSQL. */
export const createPartitionRepository = (database: Database, log: EventLog): PartitionRepository => ({
  load: (partition) => load(database, log, partition),
  position: (partition) => positionIn(database, log.clusterId, partition),
  write: (flush) => write(database, log.clusterId, flush),
});
