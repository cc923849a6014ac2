import { type MaintenanceWindow, ruleSetSchema, type Selector, streamOf } from '#contracts';
import type { Queryable } from './database.js';
import { createList, type List, type Order } from './keyset.js';

/** A silence. Times are ms of log time. */
export interface SilenceRow {
  readonly silenceId: string;
  readonly where: Selector;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly comment: string;
  /** Who ended it early. */
  readonly expiredBy: string | null;
  /** Whether its end was told to be near; it is false again once it is over. */
  readonly endsSoon: boolean;
  /** null while it is not over. */
  readonly hasMatched: boolean | null;
  /** How often it muted an alert. */
  readonly alertsMuted: number;
}

/** One occurrence of a maintenance window. Times are ms of log time. */
export interface MaintenanceRow {
  readonly maintenanceId: string;
  readonly window: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly endsSoon: boolean;
  /** When it got worse than work may make it, and by what. */
  readonly brokenAt: number | null;
  readonly brokenBecause: string | null;
  readonly endedAt: number | null;
  readonly endedBecause: string | null;
  /** null while it is not over. */
  readonly hasMatched: boolean | null;
  readonly alertsMuted: number;
}

/** Reads what pages nobody. */
export interface QuietRepository {
  /** Those that are not over first, then the latest; one that ends meanwhile changes its place. */
  readonly silences: List<SilenceRow>;
  readonly silence: (silenceId: string) => Promise<SilenceRow | undefined>;
  /** Silences that end after a moment and are not over. */
  readonly standing: (afterMs: number) => Promise<number>;
  /** Newest first. */
  readonly occurrences: List<MaintenanceRow>;
  /** The windows of the rules that were loaded last; none before the first. */
  readonly windows: () => Promise<readonly MaintenanceWindow[]>;
}

/** Why an alert is muted, beside its row; null where it may page. */
export const MUTE_OF_ALERT = '(select m.mute from alert_mute m where m.alert_id = a.alert_id)';

const SILENCE = `
  select silence_id as "silenceId", selector as "where", starts_at as "startsAt", ends_at as "endsAt", created_at as "createdAt",
    created_by as "createdBy", comment, expired_by as "expiredBy", ends_soon as "endsSoon", has_matched as "hasMatched",
    alerts_muted as "alertsMuted"
  from silence`;

const MAINTENANCE = `
  select maintenance_id as "maintenanceId", window_name as "window", starts_at as "startsAt", ends_at as "endsAt",
    ends_soon as "endsSoon", broken_at as "brokenAt", broken_because as "brokenBecause", ended_at as "endedAt",
    ended_because as "endedBecause", has_matched as "hasMatched", alerts_muted as "alertsMuted"
  from maintenance`;

const LAST_RULES = `
  select data -> 'ruleSet' as rules from event where stream = '${streamOf.rules}' and type = 'RulesLoaded'
  order by version desc limit 1`;

const SILENCES: Order<SilenceRow> = {
  list: 'silences',
  columns: [
    { sql: '(has_matched is null)', kind: 'boolean', isDescending: true, of: (row) => row.hasMatched === null },
    { sql: 'ends_at', kind: 'number', isDescending: true, of: (row) => row.endsAt },
    { sql: 'silence_id', kind: 'text', of: (row) => row.silenceId },
  ],
};

const OCCURRENCES: Order<MaintenanceRow> = {
  list: 'maintenance',
  columns: [
    { sql: 'starts_at', kind: 'number', isDescending: true, of: (row) => row.startsAt },
    { sql: 'maintenance_id', kind: 'text', of: (row) => row.maintenanceId },
  ],
};

/** What pages nobody, in PostgreSQL. */
export const createQuietRepository = (database: Queryable): QuietRepository => ({
  silences: createList<SilenceRow>(database, SILENCES, () => ({ select: SILENCE })),
  silence: async (silenceId) => (await database.query<SilenceRow>(`${SILENCE} where silence_id = $1`, [silenceId]))[0],
  standing: async (afterMs) => {
    const [row] = await database.query<{ count: number }>(
      'select count(*)::int as count from silence where has_matched is null and ends_at > $1',
      [afterMs],
    );
    return row?.count ?? 0;
  },
  occurrences: createList<MaintenanceRow>(database, OCCURRENCES, () => ({ select: MAINTENANCE })),
  windows: async () => {
    const [row] = await database.query<{ rules: unknown }>(LAST_RULES);
    return row === undefined ? [] : ruleSetSchema.parse(row.rules).maintenance;
  },
});

/** Every column, under the names of the row; without a filter. */
export { SILENCE as SELECT_SILENCES };
