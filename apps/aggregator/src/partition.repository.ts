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

class Refused extends Error {}

/** Nothing to restore where a partition has no outcomes. */
const readOpenSlots = async (tx: Queryable, source: TelemetryPartition): Promise<readonly SegmentRow[]> => {
  const segments = createSegmentRepository(tx);
  const newest = await segments.newestSlot(source);
  return newest === undefined ? [] : segments.read(newest - OPEN_SLOTS + 1, newest, undefined, source);
};

/** The repository in PostgreSQL; each load reads one snapshot, so that position, cells and ledger fit each other. */
export const createPartitionRepository = (database: Database, log: EventLog): PartitionRepository => {
  const cluster = log.clusterId;

  const offsetsOf = async ({ topic, partition }: TopicPartition): Promise<{ low: number; high: number }> => {
    const found = (await log.offsets(topic)).find((offsets) => offsets.partition === partition);
    if (found === undefined) throw new Error(`load position of ${topic}/${partition}: the log has no such partition`);
    return found;
  };

  const positionIn = async (
    tx: Queryable,
    partition: TelemetryPartition,
    startOffset: number,
  ): Promise<PositionRow> => {
    const { topic } = partition;
    const [row] = await createPositionRepository(tx).load(cluster, CONSUMER, [{ ...partition, startOffset }]);
    if (row === undefined) throw new Error(`load position of ${topic}/${partition.partition}: it was not made`);
    return row;
  };

  /** The topic is shorter than what was counted of it: it was made anew, and is read from its start. */
  const reincarnated = async (tx: Queryable, row: PositionRow, low: number): Promise<PositionRow> => {
    const step = { cluster, consumer: CONSUMER, ...row, expected: row.nextOffset, next: low } as const;
    if (!(await createPositionRepository(tx).reincarnate(tx, step)))
      throw new Error(`begin a new incarnation of ${row.topic}/${row.partition}: its position moved meanwhile`);
    return { ...row, nextOffset: low, incarnation: row.incarnation + 1 };
  };

  const lastTickOf = async (partition: TelemetryPartition, next: number, low: number): Promise<number | undefined> => {
    if (next <= low) return undefined;
    const [record] = await log.read({ ...partition, offset: next - 1 }, 1).catch((error: unknown) => {
      // Retention took it meanwhile; any other failure must not look like that: ticks would differ.
      if (error instanceof OffsetOutOfRange) return [];
      throw error;
    });
    return record === undefined ? undefined : tickOf(record.appendedAtMs);
  };

  const load = async (partition: TelemetryPartition): Promise<LoadedPartition> => {
    const { low, high } = await offsetsOf(partition);
    const stored = await database.transaction(async (tx) => {
      await tx.query('set transaction isolation level repeatable read');
      const found = await positionIn(tx, partition, low);
      const isNew = found.nextOffset > high;
      const row = isNew ? await reincarnated(tx, found, low) : found;
      const isCounted = partition.topic === 'telemetry.outcomes';
      const segments = isCounted ? await readOpenSlots(tx, partition) : [];
      const boots: readonly LedgerBoot[] = isCounted ? await createNodeLedger(tx).load() : [];
      return { found, isNew, row, segments, boots };
    });
    const { found, isNew, row, segments, boots } = stored;
    const source = { ...partition, incarnation: row.incarnation };
    const expected = row.nextOffset;
    const nextOffset = Math.max(expected, low);
    const lastTick = await lastTickOf(partition, nextOffset, low);
    const snapshot = { source, expected, nextOffset, lastTick, segments, boots };
    if (isNew) return { snapshot, doubt: { kind: 'new_incarnation', expected: found.nextOffset, high } };
    return { snapshot, doubt: expected < low ? { kind: 'gap', from: expected, to: low } : undefined };
  };

  const write = async ({ source, expected, next, segments, ledger }: PartitionFlush): Promise<boolean> => {
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

  return { load, position: (partition) => positionIn(database, partition, 0), write };
};
