import type { EventData } from '#contracts';
import type { Queryable } from './database.js';
import { listLimit } from './list-limit.js';

/** A page as its receiver was told it last. */
export type StandingPage = Pick<
  EventData<'DeliveryRequested'>,
  'deliveryId' | 'subject' | 'action' | 'dedupKey' | 'body'
> & { readonly address: string | null };

/** Reads what a receiver was told of incidents that are open, or were until lately. */
export interface StandingPageRepository {
  /**
   * The last delivered page of each incident through a channel, the newest incident first; of what is resolved since `resolvedSinceMs`
   * only its resolve: what is still on its way must not come behind it.
   */
  readonly list: (channel: string, resolvedSinceMs: number, limit: number) => Promise<readonly StandingPage[]>;
}

// What is open has an index; what is resolved is looked through, once a minute.
const LIST = `
  with standing as (
    select incident_id, opened_at, false as "isOver" from incident where status <> 'resolved'
    union all
    select incident_id, opened_at, true from incident where status = 'resolved' and resolved_at >= $2
  )
  select page.* from standing s cross join lateral (
    select d.delivery_id as "deliveryId", d.subject, d.action, d.dedup_key as "dedupKey", d.body, d.address from delivery d
    where d.dedup_key = s.incident_id and d.channel = $1 and d.subject = 'page' and d.status = 'delivered'
    order by d.requested_position desc limit 1
  ) page
  where not s."isOver" or page.action = 'resolve'
  order by s.opened_at desc, s.incident_id limit $3`;

/** Standing pages in PostgreSQL. */
export const createStandingPageRepository = (database: Queryable): StandingPageRepository => ({
  list: (channel, resolvedSinceMs, limit) =>
    database.query<StandingPage>(LIST, [channel, resolvedSinceMs, listLimit(limit)]),
});
