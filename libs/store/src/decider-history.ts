import type { RecordedEvent } from '#contracts';
import type { Queryable } from './database.js';
import { EVENT_COLUMNS, type EventRow, recordedEvent } from './event-row.js';

/** Most events one read gives; a reader goes on after the last. */
export const HISTORY_EVENTS_MAX = 1_000;

/** What the deciders must know again after a restart. */
export interface DeciderHistory {
  /**
   * Events, in the global order, of the streams of alerts, incidents, rollouts and rollbacks that are open, or had an event at or after
   * `sinceMs`; whole streams, from their first event. At most `HISTORY_EVENTS_MAX` with position > after.
   */
  readonly read: (sinceMs: number, after: number) => Promise<readonly RecordedEvent[]>;
}

const READ = `
  select ${EVENT_COLUMNS} from event
  where position > $2 and stream in (
    select stream from event where recorded_at_ms >= $1 and stream ~ '^(alert|incident|rollout|rollback)-'
    union select 'alert-' || alert_id from alert where state <> 'resolved'
    union select 'incident-' || incident_id from incident where status <> 'resolved'
    union select 'rollout-' || rollout_id from rollout where status = 'running'
    union select 'rollback-' || rollback_id from rollback where status = 'running')
  order by position limit $3`;

/** The history in PostgreSQL. */
export const createDeciderHistory = (database: Queryable): DeciderHistory => ({
  read: async (sinceMs, after) =>
    (await database.query<EventRow>(READ, [sinceMs, after, HISTORY_EVENTS_MAX])).map(recordedEvent),
});
