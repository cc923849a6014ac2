import type { Family, Topic } from '#contracts';
import type { Queryable } from './database.js';
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

// Hex text, decoded by the server: bytea through pg's binary mode arrives corrupted.
const INSERT = `
  insert into segment (topic, partition, slot, first_offset, family, next_offset, body)
  select topic, partition, slot, first_offset, family, next_offset, decode(body, 'hex')
  from unnest($1::text[], $2::int[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[], $7::text[])
    as added (topic, partition, slot, first_offset, family, next_offset, body)`;

const READ = `
  select topic, partition, slot, first_offset as "firstOffset", family, body from segment
  where slot between $1 and $2 and ($3::text is null or family = $3)
    and ($4::text is null or (topic = $4 and partition = $5))
  order by slot, topic, partition, first_offset, family limit $6`;

// From the end of the key's index: a source that writes is found at once.
const NEWEST = `
  select slot from segment where topic = $1 and partition = $2 order by slot desc limit 1`;

const hex = (body: Uint8Array): string => Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('hex');

const write = async (tx: Queryable, segments: readonly NewSegment[]): Promise<void> => {
  if (segments.length === 0) return;
  await ensureSegmentDays(
    tx,
    segments.map(({ slot }) => slot),
  );
  const column = <K extends keyof NewSegment>(name: K): readonly NewSegment[K][] =>
    segments.map((segment) => segment[name]);
  await tx.query(INSERT, [
    column('topic'),
    column('partition'),
    column('slot'),
    column('firstOffset'),
    column('family'),
    column('nextOffset'),
    segments.map(({ body }) => hex(body)),
  ]);
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
  dropBefore: dropSegmentDays,
});
