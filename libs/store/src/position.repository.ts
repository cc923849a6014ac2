import type { Topic } from '#contracts';
import type { Queryable } from './database.js';

/** Who keeps a position. `rules` counts ticks of `slots`, `publisher` positions of the event store. */
export type PositionConsumer = 'aggregator' | 'rules' | 'publisher';

/** Where a consumer is in one partition. */
export interface PositionRow {
  readonly topic: Topic;
  readonly partition: number;
  readonly nextOffset: number;
  /** Grows when the topic was made anew: offsets of another incarnation mean nothing. */
  readonly incarnation: number;
}

/** A partition to load, and where it starts when nothing is known of it. */
export interface PositionStart {
  readonly topic: Topic;
  readonly partition: number;
  /** 0 unless told. */
  readonly startOffset?: number;
}

/** One step of a consumer: from what it believes to what comes next. */
export interface PositionStep {
  readonly cluster: string;
  readonly consumer: PositionConsumer;
  readonly topic: Topic;
  readonly partition: number;
  readonly incarnation: number;
  readonly expected: number;
  readonly next: number;
}

/** The fence of exactly-once: a consumer that lost its partition finds another position than it expects, and writes nothing. */
export interface PositionRepository {
  /** In the order asked for. Rows that are missing are made: a step of a missing row would be refused for ever. */
  readonly load: (
    cluster: string,
    consumer: PositionConsumer,
    partitions: readonly PositionStart[],
  ) => Promise<readonly PositionRow[]>;
  /**
   * The row, locked until the transaction ends; undefined when another transaction has it (or it is missing). For a consumer that
   * acts outside the database before it advances: of several processes one acts. A process that hangs in its transaction loses
   * the row when the server ends its session, after 5 s.
   */
  readonly claim: (
    tx: Queryable,
    cluster: string,
    consumer: PositionConsumer,
    partition: Omit<PositionStart, 'startOffset'>,
  ) => Promise<PositionRow | undefined>;
  /** Compare-and-swap. False: somebody else moved it; the caller must roll back, forget what it holds and load again. */
  readonly advance: (tx: Queryable, step: PositionStep) => Promise<boolean>;
  /** The topic was made anew: goes to `next` under the next incarnation. False as for `advance`. */
  readonly reincarnate: (tx: Queryable, step: PositionStep) => Promise<boolean>;
}

const INSERT_MISSING = `
  insert into ingest_position (cluster_id, consumer, topic, partition, incarnation, next_offset)
  select $1, $2, topic, partition, 1, start_offset
  from unnest($3::text[], $4::int[], $5::bigint[]) as asked (topic, partition, start_offset)
  on conflict do nothing`;

const LOAD = `
  select p.topic, p.partition, p.next_offset as "nextOffset", p.incarnation
  from unnest($3::text[], $4::int[]) with ordinality as asked (topic, partition, place)
  join ingest_position p on p.cluster_id = $1 and p.consumer = $2 and p.topic = asked.topic and p.partition = asked.partition
  order by asked.place`;

const CLAIM = `
  select topic, partition, next_offset as "nextOffset", incarnation from ingest_position
  where cluster_id = $1 and consumer = $2 and topic = $3 and partition = $4
  for update skip locked`;

const SWAP = `
  update ingest_position set next_offset = $7, incarnation = incarnation + $8::int
  where cluster_id = $1 and consumer = $2 and topic = $3 and partition = $4 and incarnation = $5 and next_offset = $6
  returning next_offset`;

const swap = async (tx: Queryable, step: PositionStep, incarnations: number): Promise<boolean> => {
  const { cluster, consumer, topic, partition, incarnation, expected, next } = step;
  const values = [cluster, consumer, topic, partition, incarnation, expected, next, incarnations];
  return (await tx.query(SWAP, values)).length === 1;
};

/** Positions in PostgreSQL. */
export const createPositionRepository = (database: Queryable): PositionRepository => ({
  load: async (cluster, consumer, partitions) => {
    const topics = partitions.map(({ topic }) => topic);
    const numbers = partitions.map(({ partition }) => partition);
    const starts = partitions.map(({ startOffset }) => startOffset ?? 0);
    await database.query(INSERT_MISSING, [cluster, consumer, topics, numbers, starts]);
    return database.query<PositionRow>(LOAD, [cluster, consumer, topics, numbers]);
  },
  claim: async (tx, cluster, consumer, { topic, partition }) =>
    (await tx.query<PositionRow>(CLAIM, [cluster, consumer, topic, partition]))[0],
  advance: (tx, step) => swap(tx, step, 0),
  reincarnate: (tx, step) => swap(tx, step, 1),
});

/** The tick that rules decide next, of whichever process is furthest; 0 before the first. */
export const decidedTick = async (database: Queryable): Promise<number> => {
  const rows = await database.query<{ tick: number | null }>(
    `select max(next_offset) as tick from ingest_position where consumer = 'rules'`,
  );
  return rows[0]?.tick ?? 0;
};
