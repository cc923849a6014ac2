import type { EventData } from '#contracts';
import type { Queryable } from '../database.js';
import { listLimit } from '../list-limit.js';

/** A page as its receiver was told it last. */
export type StandingPage = Pick<
  EventData<'DeliveryRequested'>,
  'deliveryId' | 'subject' | 'action' | 'dedupKey' | 'body'
> & { readonly address: string | null };

/**
 * How long a page of no incident is told again that nobody ended, as that of a channel that was taken out since: after a day somebody has
 * read it or nobody will.
 */
const AGE_MAX_MS = 24 * 3_600_000;

/** Reads what a receiver was told of what is open, or was until lately. */
export interface StandingPageRepository {
  /**
   * The last delivered page of each key and receiver of a channel, the newest first: of incidents that are open, with those of whoever
   * was called for them, and of what has no incident and was not ended. Of what is over only its end, since `resolvedSinceMs`: what is
   * still on its way must not come behind it.
   */
  readonly list: (
    channel: string,
    resolvedSinceMs: number,
    nowMs: number,
    limit: number,
  ) => Promise<readonly StandingPage[]>;
}

// What is open has an index; what is resolved is looked through, once a minute, and so are the few pages of no incident.
const LIST = `
  with standing as (
    select incident_id, opened_at, false as "isOver" from incident where status <> 'resolved'
    union all
    select incident_id, opened_at, true from incident where status = 'resolved' and resolved_at >= $2
  ), told as (
    select distinct d.dedup_key, d.address, s.opened_at as since, s."isOver"
    from standing s join delivery d on d.body ->> 'incidentId' = s.incident_id
    where d.channel = $1 and d.subject = 'page' and d.action in ('trigger', 'escalate') and d.status = 'delivered'
    union all
    select d.dedup_key, d.address, max(d.requested_at), false from delivery d
    where d.channel = $1 and d.subject = 'page' and d.status = 'delivered' and (d.body ->> 'incidentId') is null
      and d.requested_at >= $3::bigint - ${AGE_MAX_MS}
    group by d.dedup_key, d.address
  )
  select page.* from told cross join lateral (
    select d.delivery_id as "deliveryId", d.subject, d.action, d.dedup_key as "dedupKey", d.body, d.address, d.finished_at as at
    from delivery d
    where d.dedup_key = told.dedup_key and d.channel = $1 and d.address is not distinct from told.address
      and d.subject = 'page' and d.status = 'delivered'
    order by d.requested_position desc limit 1
  ) page
  where case when page.action = 'resolve' then page.at >= $2 else not told."isOver" end
  order by told.since desc, page."dedupKey", page.address limit $4`;

/** Standing pages in PostgreSQL. */
export const createStandingPageRepository = (database: Queryable): StandingPageRepository => ({
  list: (channel, resolvedSinceMs, nowMs, limit) =>
    database.query<StandingPage>(LIST, [channel, resolvedSinceMs, nowMs, listLimit(limit)]),
});
