import { FUTURE_US_MAX } from '#contracts';
import {
  type FoundGap,
  GAPS_TOLD_MAX,
  isCounted,
  isNameIn,
  type LedgerBoot,
  OPEN_SLOTS,
  recordKeyOf,
  type TelemetryTopic,
  tickOf,
} from '#domain';
import type { Clock } from '#runtime';
import { type EventLog, OffsetOutOfRange, partitionOf, type TopicPartition } from '#event-log';
import {
  createNodeLedger,
  createOffsetGapRepository,
  createPositionRepository,
  createSegmentRepository,
  type Database,
  type PositionRow,
  type Queryable,
  type SegmentRow,
} from '#store';
import type { PartitionFlush, PartitionSnapshot } from './partition-state.js';

/** A partition of a telemetry topic. */
export interface TelemetryPartition {
  readonly topic: TelemetryTopic;
  readonly partition: number;
}

/** A partition as Postgres knows it. */
export interface LoadedPartition {
  readonly snapshot: PartitionSnapshot;
  /** The topic was made anew since the last time: where it was, and where it ends now. */
  readonly recreated: { readonly expected: number; readonly high: number } | undefined;
}

/** What the aggregator keeps of its partitions. */
export interface PartitionRepository {
  readonly load: (partition: TelemetryPartition) => Promise<LoadedPartition>;
  readonly position: (partition: TelemetryPartition) => Promise<PositionRow>;
  /** Why the log does not have these offsets; none = it has some of them, they were only not delivered. */
  readonly explain: (partition: TelemetryPartition, from: number, to: number) => Promise<readonly FoundGap[]>;
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

interface LogEnds {
  readonly low: number;
  readonly high: number;
  /** Of the topic. */
  readonly partitions: number;
}

const endsOf = async (log: EventLog, { topic, partition }: TopicPartition): Promise<LogEnds> => {
  const all = await log.offsets(topic);
  const found = all.find((offsets) => offsets.partition === partition);
  if (found === undefined) throw new Error(`load position of ${topic}/${partition}: the log has no such partition`);
  return { ...found, partitions: all.length };
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
const reincarnated = async (tx: Queryable, cluster: string, row: PositionRow, nowMs: number): Promise<PositionRow> => {
  const step = { cluster, consumer: CONSUMER, ...row, expected: row.nextOffset, next: 0 } as const;
  if (!(await createPositionRepository(tx).reincarnate(tx, step)))
    throw new Error(`begin a new incarnation of ${row.topic}/${row.partition}: its position moved meanwhile`);
  // What the old one still held is not known: an empty range where counting ended names it.
  const lost = { ...row, from: row.nextOffset, to: row.nextOffset, cause: 'recreated', foundAtMs: nowMs } as const;
  await createOffsetGapRepository(tx).insert(tx, cluster, [lost]);
  return { ...row, nextOffset: 0, incarnation: row.incarnation + 1 };
};

/** The boots of whose batches live in a partition: those of a node are always in the one its name says. */
const bootsOf = async (
  tx: Queryable,
  { topic, partition }: TelemetryPartition,
  partitions: number,
): Promise<readonly LedgerBoot[]> => {
  const ledger = createNodeLedger(tx);
  const names = (await ledger.nodeIds()).filter((name) => isNameIn(topic, name));
  return ledger.load(names.filter((name) => partitionOf(recordKeyOf(name), partitions) === partition));
};

/** What is read of a partition is read from these. */
interface RepositoryParts {
  readonly database: Database;
  readonly log: EventLog;
  readonly clock: Clock;
}

/** What was seen before the transaction: the position, and after it the ends of the log. */
interface Seen {
  readonly position: PositionRow;
  readonly ends: LogEnds;
}

/**
 * Position, cells, ledger and gaps of one moment, so that they fit each other. The log is looked at after a look at the position:
 * only then are its ends those of the position's incarnation or of a later one, and an end below the position means that the topic
 * was made anew, not that another process was quicker than the look.
 */
const readStored = ({ database, log, clock }: RepositoryParts, partition: TelemetryPartition, seen: Seen) =>
  database.transaction(async (tx) => {
    await tx.query('set transaction isolation level repeatable read');
    const { position, ends } = seen;
    const { topic, partition: number } = partition;
    const found = await positionIn(tx, log.clusterId, partition);
    if (found.incarnation !== position.incarnation)
      throw new Error(`load position of ${topic}/${number}: the topic was made anew meanwhile`);
    const isNew = position.nextOffset > ends.high;
    const row = isNew ? await reincarnated(tx, log.clusterId, position, clock.nowMs()) : found;
    const segments = isCounted(topic) ? await readOpenSlots(tx, partition) : [];
    const boots = isCounted(topic) ? await bootsOf(tx, partition, ends.partitions) : [];
    const gaps = await createOffsetGapRepository(tx).list(log.clusterId, partition, GAPS_TOLD_MAX);
    return { isNew, row, segments, boots, gaps };
  });

const load = async (parts: RepositoryParts, partition: TelemetryPartition): Promise<LoadedPartition> => {
  const { log } = parts;
  const first = await endsOf(log, partition);
  const position = await positionIn(parts.database, log.clusterId, partition, first.low);
  const ends = await endsOf(log, partition);
  const stored = await readStored(parts, partition, { position, ends });
  const { nextOffset: expected, incarnation } = stored.row;
  const nextOffset = Math.max(expected, ends.low);
  const lastTick = await lastTickOf(log, partition, nextOffset, ends.low);
  const found: readonly FoundGap[] =
    expected < nextOffset ? [{ from: expected, to: nextOffset, cause: 'retention' }] : [];
  const { segments, boots, gaps } = stored;
  const source = { ...partition, incarnation };
  return {
    snapshot: { source, expected, nextOffset, lastTick, segments, boots, gaps, found },
    recreated: stored.isNew ? { expected: position.nextOffset, high: ends.high } : undefined,
  };
};

/** Below its start the log had them once; above it, nothing was ever shown there. */
const explain = async (
  log: EventLog,
  partition: TelemetryPartition,
  from: number,
  to: number,
): Promise<readonly FoundGap[]> => {
  const { low } = await endsOf(log, partition);
  if (low < to) {
    const [record] = await log.read({ ...partition, offset: Math.max(low, from) }, 1);
    if (record !== undefined && record.offset < to) return [];
  }
  const middle = Math.min(Math.max(low, from), to);
  const parts: readonly FoundGap[] = [
    { from, to: middle, cause: 'retention' },
    { from: middle, to, cause: 'hole' },
  ];
  return parts.filter((part) => part.from < part.to);
};

const write = async (database: Database, cluster: string, flush: PartitionFlush): Promise<boolean> => {
  const { source, expected, next, segments, ledger, gaps } = flush;
  try {
    await database.transaction(async (tx) => {
      const step = { cluster, consumer: CONSUMER, ...source, expected, next } as const;
      if (!(await createPositionRepository(tx).advance(tx, step))) throw new Refused();
      await createSegmentRepository(tx).write(tx, segments);
      await createNodeLedger(tx).apply(tx, ledger);
      await createOffsetGapRepository(tx).insert(tx, cluster, gaps);
    });
    return true;
  } catch (error) {
    if (error instanceof Refused) return false;
    throw error;
  }
};

/** The repository in PostgreSQL. */
export const createPartitionRepository = (parts: RepositoryParts): PartitionRepository => {
  const { database, log } = parts;
  return {
    load: (partition) => load(parts, partition),
    position: (partition) => positionIn(database, log.clusterId, partition),
    explain: (partition, from, to) => explain(log, partition, from, to),
    write: (flush) => write(database, log.clusterId, flush),
  };
};
