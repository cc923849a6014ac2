import type { Queryable } from './database.js';

/** Counts of a key in a minute: good, bad, excluded. */
type MinuteCounts = readonly [good: number, bad: number, excluded: number];

/** What the fleet and its cohorts answered in one minute, by key. */
export interface SignalMinuteRow {
  /** Minutes since the epoch. */
  readonly minute: number;
  readonly counts: Readonly<Record<string, MinuteCounts>>;
}

/** Minutes that are kept: three days, the longest window of a rule. */
export const SIGNAL_MINUTES_KEPT = 4_320;

/** The minutes that rules look back at. */
export interface SignalMinuteRepository {
  /** The first to write a minute wins: rules processes side by side write the same. Drops what is older than three days. */
  readonly write: (tx: Queryable, minutes: readonly SignalMinuteRow[]) => Promise<void>;
  /** Ascending, the last three days of what is kept. */
  readonly read: () => Promise<readonly SignalMinuteRow[]>;
}

const INSERT = `
  insert into signal_minute (minute, counts) select * from unnest($1::bigint[], $2::jsonb[]) on conflict do nothing`;

/** Minutes in PostgreSQL. */
export const createSignalMinuteRepository = (database: Queryable): SignalMinuteRepository => ({
  write: async (tx, minutes) => {
    if (minutes.length === 0) return;
    const newest = Math.max(...minutes.map(({ minute }) => minute));
    const bodies = minutes.map(({ counts }) => JSON.stringify(counts));
    await tx.query(INSERT, [minutes.map(({ minute }) => minute), bodies]);
    await tx.query('delete from signal_minute where minute <= $1', [newest - SIGNAL_MINUTES_KEPT]);
  },
  read: () =>
    database
      .query<SignalMinuteRow>('select minute, counts from signal_minute order by minute desc limit $1', [
        SIGNAL_MINUTES_KEPT,
      ])
      .then((rows) => rows.toReversed()),
});
