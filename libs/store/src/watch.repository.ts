import { KEY_SEPARATOR } from '#contracts';
import type { Queryable } from './database.js';

/** Customers that are hurt, what they cost per minute in dollars, and the score of it. */
export interface Hurt {
  readonly affectedCustomers: number;
  readonly dollarsPerMinute: number;
  readonly score: number;
}

/** What meters ask the read tables: counts, never names of customers. */
export interface WatchRepository {
  /** Of those that are not resolved. */
  readonly alerts: () => Promise<
    readonly { readonly severity: string; readonly state: string; readonly count: number }[]
  >;
  readonly incidents: () => Promise<
    readonly { readonly severity: string; readonly status: string; readonly count: number }[]
  >;
  /** The most customers that one open incident hurts in a region of the fleet, and the most that they cost; the worst first. */
  readonly hurtByRegion: () => Promise<readonly ({ readonly region: string } & Omit<Hurt, 'score'>)[]>;
  /** The most customers of a tier that one open incident hurts; each tier is there. */
  readonly affectedByTier: () => Promise<readonly { readonly tier: string; readonly affectedCustomers: number }[]>;
  /** The worst of the open incidents that are about a release, or about one in a region; the worst first. */
  readonly hurtByRelease: () => Promise<readonly ({ readonly release: string } & Hurt)[]>;
  /** The worst of the open incidents; zeros when none is open. */
  readonly worst: () => Promise<{ readonly score: number; readonly dollarsPerMinute: number }>;
  readonly breakers: () => Promise<readonly { readonly status: string; readonly count: number }[]>;
  /** Services whose breaker holds updates back, those that changed last first. */
  readonly breakersNotClosed: () => Promise<readonly { readonly service: string; readonly status: string }[]>;
  readonly commands: () => Promise<readonly { readonly status: string; readonly count: number }[]>;
  readonly deadLetters: () => Promise<readonly { readonly reason: string; readonly records: number }[]>;
}

/** Rows of one answer: the bounds of the families are smaller. */
const ROWS_MAX = 1_000;
const NOTHING = { score: 0, dollarsPerMinute: 0 };

const BY_REGION = `
  select part ->> 'key' as region, max((part ->> 'affectedCustomers')::float8) as "affectedCustomers",
    max((part ->> 'dollarsPerMinute')::float8) as "dollarsPerMinute"
  from incident i, jsonb_array_elements(coalesce(i.impact -> 'byRegion', '[]')) part
  where i.status <> 'resolved' group by 1 order by 2 desc, 1 limit ${ROWS_MAX}`;
const BY_TIER = `
  select tier, coalesce(max((i.impact -> 'byTier' ->> tier)::float8), 0) as "affectedCustomers"
  from unnest(array['tier1', 'tier2', 'tier3']) tier left join incident i on i.status <> 'resolved' group by 1 order by 1`;
// The key of a release in a region begins with the release.
const BY_RELEASE = `
  select split_part(subject ->> 'key', $1, 1) as release, max((i.impact ->> 'affectedCustomers')::float8) as "affectedCustomers",
    max((i.impact ->> 'dollarsPerMinute')::float8) as "dollarsPerMinute", max((i.impact ->> 'score')::float8) as score
  from incident i, jsonb_array_elements(coalesce(i.impact -> 'covers', '[]')) subject
  where i.status <> 'resolved' and subject ->> 'scope' in ('release', 'release_region')
  group by 1 order by 4 desc, 1 limit ${ROWS_MAX}`;
const WORST = `
  select coalesce(max((impact ->> 'score')::float8), 0) as score,
    coalesce(max((impact ->> 'dollarsPerMinute')::float8), 0) as "dollarsPerMinute"
  from incident where status <> 'resolved'`;

/** What meters ask, in PostgreSQL. */
export const createWatchRepository = (database: Queryable): WatchRepository => ({
  alerts: () =>
    database.query(
      `select severity, state, count(*) as count from alert where state <> 'resolved' group by 1, 2 limit ${ROWS_MAX}`,
    ),
  incidents: () =>
    database.query(
      `select severity, status, count(*) as count from incident where status <> 'resolved' group by 1, 2 limit ${ROWS_MAX}`,
    ),
  hurtByRegion: () => database.query(BY_REGION),
  affectedByTier: () => database.query(BY_TIER),
  hurtByRelease: () => database.query(BY_RELEASE, [KEY_SEPARATOR]),
  worst: async () => (await database.query<typeof NOTHING>(WORST))[0] ?? NOTHING,
  breakers: () => database.query('select status, count(*) as count from breaker group by 1'),
  breakersNotClosed: () =>
    database.query(
      `select service, status from breaker where status <> 'closed' order by changed_at desc, service limit ${ROWS_MAX}`,
    ),
  commands: () => database.query('select status, count(*) as count from command group by 1'),
  deadLetters: () =>
    database.query(`select reason, records from dead_letter_total order by records desc limit ${ROWS_MAX}`),
});
