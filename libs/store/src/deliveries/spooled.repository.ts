import type { EventData } from '#contracts';
import type { Queryable } from '../database.js';
import { LIST_ROWS_MAX } from '../list-limit.js';

/** A page that left from the spool of a dispatcher. */
export interface SpooledRow {
  readonly spoolId: string;
  readonly outcome: EventData<'PageSpooled'>['outcome'];
  readonly status: number | null;
  readonly detail: string;
  readonly sentAt: number;
  /** It may have arrived without an answer, or more than once. */
  readonly isUnknown: boolean;
  /** What its receiver calls it, where it says. */
  readonly receiverId: string | null;
  /** Its receiver was told the end of it since. */
  readonly isEnded: boolean;
}

/** A page that left without the database, and whose incident nobody opened. */
export interface UnfoundPage {
  readonly spoolId: string;
  readonly channel: string;
  readonly dedupKey: string;
  readonly title: string;
}

/** That a page left, through what and under which key. */
export interface SpooledKey {
  readonly spoolId: string;
  readonly channel: string;
  readonly dedupKey: string;
  readonly outcome: SpooledRow['outcome'];
}

/** Reads what left from spools. */
export interface SpooledRepository {
  readonly find: (spoolId: string) => Promise<SpooledRow | undefined>;
  /** Which of these keys are incidents, and which of those are over. */
  readonly incidentsOf: (dedupKeys: readonly string[]) => Promise<ReadonlyMap<string, 'open' | 'over'>>;
  /** The channels through which a key was paged from a spool, or may have been. */
  readonly channelsOf: (dedupKey: string) => Promise<readonly string[]>;
  /** Pages of incidents that were sent in this time, without an incident and without an end, the oldest first. */
  readonly unfound: (sinceMs: number, untilMs: number, limit: number) => Promise<readonly UnfoundPage[]>;
  /** Pages since a moment whose key begins so, the newest first. */
  readonly sentSince: (prefix: string, sinceMs: number) => Promise<readonly SpooledKey[]>;
}

// Pages about stale telemetry have no incident, and an end of their own.
const UNFOUND = `
  select s.spool_id as "spoolId", s.channel, s.dedup_key as "dedupKey", s.title from page_spooled s
  where s.sent_at >= $1 and s.sent_at <= $2 and (s.outcome = 'delivered' or s.is_unknown)
    and not starts_with(s.dedup_key, 'telemetry-stale-')
    and not exists (select 1 from incident i where i.incident_id = s.dedup_key)
    and not exists (select 1 from delivery d where d.dedup_key = s.dedup_key and d.channel = s.channel and d.action = 'resolve')
  order by s.sent_at, s.spool_id limit $3`;

/** Spooled pages in PostgreSQL. */
export const createSpooledRepository = (database: Queryable): SpooledRepository => ({
  find: async (spoolId) => {
    const rows = await database.query<SpooledRow>(
      `select spool_id as "spoolId", outcome, status, detail, sent_at as "sentAt", is_unknown as "isUnknown",
         receiver_id as "receiverId", exists (select 1 from delivery d where d.dedup_key = s.dedup_key and d.channel = s.channel
           and d.address is null and d.action = 'resolve' and d.status = 'delivered' and d.finished_at >= s.sent_at) as "isEnded"
       from page_spooled s where spool_id = $1`,
      [spoolId],
    );
    return rows[0];
  },
  incidentsOf: async (dedupKeys) => {
    const rows = await database.query<{ id: string; isOver: boolean }>(
      `select incident_id as id, status = 'resolved' as "isOver" from incident where incident_id = any($1::text[])`,
      [dedupKeys],
    );
    return new Map(rows.map(({ id, isOver }) => [id, isOver ? 'over' : 'open']));
  },
  channelsOf: async (dedupKey) => {
    const rows = await database.query<{ channel: string }>(
      `select distinct channel from page_spooled where dedup_key = $1 and (outcome = 'delivered' or is_unknown) order by channel`,
      [dedupKey],
    );
    return rows.map(({ channel }) => channel);
  },
  unfound: (sinceMs, untilMs, limit) => database.query<UnfoundPage>(UNFOUND, [sinceMs, untilMs, limit]),
  sentSince: (prefix, sinceMs) =>
    database.query<SpooledKey>(
      `select spool_id as "spoolId", channel, dedup_key as "dedupKey", outcome from page_spooled
       where sent_at >= $2 and starts_with(dedup_key, $1) order by sent_at desc, spool_id limit $3`,
      [prefix, sinceMs, LIST_ROWS_MAX],
    ),
});
