import type { Family, Topic } from '#contracts';
import type { Queryable } from './database.js';
import { dropMinutesBefore, forgetMinutes } from './segment-minute-fence.js';
import { dropSegmentDays, ensureSegmentDays } from './segment-days.js';

/** What one flush added to one family of one slot. */
export interface SegmentRow {
  readonly topic: Topic;
  readonly partition: number;
  /** Seconds since the epoch, of event time. */
  readonly slot: number;
  /** The first offset whose outcomes it may hold: with it the block can only be written once. */
  readonly firstOffset: number;
  readonly family: Family;
  readonly body: Uint8Array;
}

/** A segment as it is written: `nextOffset` is the offset after the last record in it. */
export interface NewSegment extends SegmentRow {
  readonly nextOffset: number;
}

/** One partition of one topic. */
export interface SegmentSource {
  readonly topic: Topic;
  readonly partition: number;
}

/** Most segments one read gives: ten families of an hour in five partitions. More throws: ask for a shorter range or one family. */
export const SEGMENTS_READ_MAX = 200_000;

/** Packed cells, added and never replaced: readers sum the blocks of a slot. */
export interface SegmentRepository {
  /** Writing a key twice fails: it would count twice. */
  readonly write: (tx: Queryable, segments: readonly NewSegment[]) => Promise<void>;
  /** Both slots included; ordered by slot, source and first offset. */
  readonly read: (
    fromSlot: number,
    toSlot: number,
    family?: Family,
    source?: SegmentSource,
  ) => Promise<readonly SegmentRow[]>;
  /** The newest slot a source ever wrote to, as far as it is kept; undefined when there is none. */
  readonly newestSlot: (source: SegmentSource) => Promise<number | undefined>;
  /** Retention: drops every day that ends at or before the slot. */
  readonly dropBefore: (tx: Queryable, slot: number) => Promise<{ readonly days: number }>;
}

// All bodies as one value, which pg sends as it is, and the place of each in it: an array of bytea would travel as text. (Reading in
// pg's binary mode is another matter: there bytea arrives corrupted.)
const INSERT = `
  insert into segment (topic, partition, slot, first_offset, family, next_offset, body)
  select topic, partition, slot, first_offset, family, next_offset, substring($9::bytea from body_from for body_length)
  from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::int[], $8::int[])
    as added (topic, partition, slot, first_offset, family, next_offset, body_from, body_length)`;

const READ = `
  select topic, partition, slot, first_offset as "firstOffset", family, body from segment
  where slot between $1 and $2 and ($3::text is null or family = $3)
    and ($4::text is null or (topic = $4 and partition = $5))
  order by slot, topic, partition, first_offset, family limit $6`;

// From the end of the key's index: a source that writes is found at once.
const NEWEST = `
  select slot from segment where topic = $1 and partition = $2 order by slot desc limit 1`;

/**
 * Most bytes of one statement: both sides hold it whole, and it must end within the time limit of a query (3 s) also when the server is
 * busy with other partitions. A flush that was larger than that would time out, and be tried again, for ever.
 */
const STATEMENT_BYTES_MAX = 2 << 20;

/** Runs of segments whose bodies stay within the bound; a larger body goes alone. */
const statementsOf = (segments: readonly NewSegment[]): readonly (readonly NewSegment[])[] => {
  const runs: NewSegment[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const segment of segments) {
    bytes += segment.body.length;
    if (bytes <= STATEMENT_BYTES_MAX) runs.at(-1)?.push(segment);
    else {
      runs.push([segment]);
      bytes = segment.body.length;
    }
  }
  return runs;
};

const insert = async (tx: Queryable, segments: readonly NewSegment[]): Promise<void> => {
  const column = <K extends keyof NewSegment>(name: K): readonly NewSegment[K][] =>
    segments.map((segment) => segment[name]);
  // SQL counts bytes from 1.
  let next = 1;
  const from = segments.map(({ body }) => (next += body.length) - body.length);
  await tx.query(INSERT, [
    column('topic'),
    column('partition'),
    column('slot'),
    column('firstOffset'),
    column('family'),
    column('nextOffset'),
    from,
    segments.map(({ body }) => body.length),
    Buffer.concat(segments.map(({ body }) => body)),
  ]);
};

const write = async (tx: Queryable, segments: readonly NewSegment[]): Promise<void> => {
  if (segments.length === 0) return;
  await ensureSegmentDays(
    tx,
    segments.map(({ slot }) => slot),
  );
  await forgetMinutes(
    tx,
    segments.map(({ slot }) => slot),
  );
  for (const run of statementsOf(segments)) await insert(tx, run);
};

/** Segments in PostgreSQL. */
export const createSegmentRepository = (database: Queryable): SegmentRepository => ({
  write,
  read: async (fromSlot, toSlot, family, source) => {
    const values = [fromSlot, toSlot, family ?? null, source?.topic ?? null, source?.partition ?? null];
    const rows = await database.query<SegmentRow>(READ, [...values, SEGMENTS_READ_MAX + 1]);
    if (rows.length > SEGMENTS_READ_MAX)
      throw new Error(`read segments ${fromSlot}..${toSlot}: more than ${SEGMENTS_READ_MAX}`);
    return rows;
  },
  newestSlot: async ({ topic, partition }) =>
    (await database.query<{ slot: number }>(NEWEST, [topic, partition]))[0]?.slot,
  dropBefore: async (tx, slot) => {
    await dropMinutesBefore(tx, slot);
    return dropSegmentDays(tx, slot);
  },
});
