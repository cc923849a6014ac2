import type { Family } from '#contracts';
import { type CellTable, encodeBlock } from '#domain';
import type { Database, Queryable } from './database.js';
import { MINUTE_SLOTS, MINUTES_LOCK } from './segment-minute-fence.js';
import { createSegmentRepository } from './segment.repository.js';
import { sumSegments } from './segment-windows.js';

/** Families with few keys: a minute of them is some kilobytes, and a week of minutes some tens of megabytes. */
export const MINUTE_FAMILIES = ['fleet', 'region', 'pop', 'release_region'] as const satisfies readonly Family[];
/** A family whose minutes are kept. */
export type MinuteFamily = (typeof MINUTE_FAMILIES)[number];

/** A minute of one family. */
export interface SegmentMinuteRow {
  /** Minutes since the epoch. */
  readonly minute: number;
  /** A block, as segments have it; empty where nothing was counted. */
  readonly body: Uint8Array;
  /** Another one whenever the minute is summed again. */
  readonly revision: number;
}

/** Minutes that are over, summed. */
export interface SegmentMinuteRepository {
  /** Minutes up to one, included, that have segments before or in them and are not summed: the newest first, at most `limit`. */
  readonly missing: (toMinute: number, limit: number) => Promise<readonly number[]>;
  /** The first minute that has segments; undefined: there are none. */
  readonly oldest: () => Promise<number | undefined>;
  /** Sums one minute from its segments, unless somebody did. */
  readonly sum: (minute: number) => Promise<void>;
  /** Of each minute that is summed its revision, both ends included; what is not summed is not there. */
  readonly revisions: (
    family: MinuteFamily,
    fromMinute: number,
    toMinute: number,
  ) => Promise<ReadonlyMap<number, number>>;
  /** Those of some minutes that are summed, in nobody's order. */
  readonly read: (family: MinuteFamily, minutes: readonly number[]) => Promise<readonly SegmentMinuteRow[]>;
}

const MISSING = `
  select minute from generate_series($1::bigint, $2::bigint) as asked (minute)
  where not exists (select 1 from segment_minute as summed where summed.family = 'fleet' and summed.minute = asked.minute)
  order by minute desc limit $3`;

const INSERT = `
  insert into segment_minute (family, minute, body) values ($1, $2, $3) on conflict do nothing`;

// As JSON, which is parsed at once, not row by row: a week has ten thousand minutes.
const REVISIONS = `
  select json_agg(minute) as minutes, json_agg(revision) as revisions
  from segment_minute where family = $1 and minute between $2 and $3`;

const READ = `
  select minute, body, revision from segment_minute where family = $1 and minute = any($2::bigint[])`;

const bodyOf = (family: Family, sum: CellTable | undefined): Uint8Array =>
  sum === undefined || sum.size === 0 ? new Uint8Array() : encodeBlock(new Map([[family, sum]]));

const sumMinute = async (tx: Queryable, minute: number): Promise<void> => {
  await tx.query('select pg_advisory_xact_lock($1)', [MINUTES_LOCK]);
  const segments = createSegmentRepository(tx);
  const [fromSlot, toSlot] = [minute * MINUTE_SLOTS, (minute + 1) * MINUTE_SLOTS - 1];
  for (const family of MINUTE_FAMILIES) {
    const [sum] = await sumSegments(segments, { family, fromSlot, toSlot }, MINUTE_SLOTS);
    // As a Buffer: pg would send another view as text.
    await tx.query(INSERT, [family, minute, Buffer.from(bodyOf(family, sum))]);
  }
};

const oldestMinute = async (database: Database): Promise<number | undefined> => {
  const [oldest] = await database.query<{ slot: number | null }>('select min(slot) as slot from segment');
  return oldest?.slot == null ? undefined : Math.floor(oldest.slot / MINUTE_SLOTS);
};

/** Minutes in PostgreSQL. */
export const createSegmentMinuteRepository = (database: Database): SegmentMinuteRepository => ({
  missing: async (toMinute, limit) => {
    const from = await oldestMinute(database);
    if (from === undefined) return [];
    return (await database.query<{ minute: number }>(MISSING, [from, toMinute, limit])).map(({ minute }) => minute);
  },
  oldest: () => oldestMinute(database),
  sum: (minute) => database.transaction((tx) => sumMinute(tx, minute)),
  revisions: async (family, fromMinute, toMinute) => {
    const [row] = await database.query<{ minutes: readonly number[] | null; revisions: readonly number[] | null }>(
      REVISIONS,
      [family, fromMinute, toMinute],
    );
    const revisions = row?.revisions ?? [];
    return new Map((row?.minutes ?? []).map((minute, at) => [minute, revisions[at] ?? 0]));
  },
  read: async (family, minutes) =>
    minutes.length === 0 ? [] : database.query<SegmentMinuteRow>(READ, [family, minutes]),
});
