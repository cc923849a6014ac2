import type { RecordedEvent } from '#contracts';
import type { Queryable } from './database.js';
import { EVENT_COLUMNS, type EventRow, recordedEvent } from './event-row.js';

/** Most events one read gives; a reader goes on after the last. */
export const HISTORY_EVENTS_MAX = 1_000;

/** Most rollouts of one history that are open: what is declared and not begun is given up after a week. */
const OPEN_ROLLOUTS_MAX = 1_000;
/** Most releases of one history: more than the deciders remember. */
const RELEASES_MAX = 1_000;
/** Of each breaker: what its windows look back on, ten times over; 100 updates begin at once at most, and each ends. */
export const BREAKER_EVENTS_MAX = 2_000;

/** Which past is asked for. */
export interface DeciderPast {
  /** Log time up to which was decided, ms. */
  readonly decidedMs: number;
  /** For how long what ended is remembered. */
  readonly keepMs: number;
  /** For how long firings are remembered, and how many of them: of our own rules, and of other systems. */
  readonly firedMs: number;
  readonly firingsMax: number;
  /** How many sets of rules are remembered. */
  readonly ruleSetsMax: number;
}

/** What the deciders must know again after a restart. */
export interface DeciderHistory {
  /**
   * The newest sets of rules that were loaded; and whole streams, from their first event, in the global order: alerts that are
   * open, and the newest of those that fired within `firedMs` before the last firing, at most `firingsMax` of our own
   * rules and as many of other systems; incidents that are open
   * or ended within `keepMs`, with their escalations; rollouts that were declared and go on or are watched, and any that changed within it; rollbacks, redirects and
   * fallbacks under way, decided within it, or of one of those incidents; overrides that are open, ended within it, or of one of those
   * rollbacks; customer escalations that are open or closed within it; what is known of releases, those in quarantine first; the
   * automation; of each breaker the last `BREAKER_EVENTS_MAX` events. The time is counted back from the newest beginning of
   * any of these, since only then is anything forgotten.
   * Silences and maintenance that the rules have not ended; commands that were refused within it.
   * At most `OPEN_ROLLOUTS_MAX` rollouts that are open, those that changed last, and `RELEASES_MAX` releases.
   * At most `HISTORY_EVENTS_MAX` with position > after.
   */
  readonly read: (past: DeciderPast, after: number) => Promise<readonly RecordedEvent[]>;
}

// Which streams, the read tables say: they hold a row per thing, where `event` holds everything that ever was, deliveries most of
// all. Materialized, because with the limit beside them the planner would walk all events in the order of their positions.
const READ = `
  with since as materialized (
    select least($1::bigint, greatest(
      (select max(opened_at) from incident),
      (select max(started_at) from rollout),
      (select max(opened_at) from customer_escalation),
      (select max(decided_at) from rollback where status not in ('requested', 'proposed', 'refused')),
      (select max(decided_at) from redirect where status <> 'refused'))) - $2::bigint as at_ms),
  fired as materialized (
    select alert_id from (
      select alert_id, row_number() over (partition by scope = 'external' order by fired_at desc,
        (select min(position) from event where stream = 'alert-' || alert_id and type = 'AlertFired') desc) as nth
      from alert where fired_at >= (select max(fired_at) from alert) - $5::bigint) numbered
    where nth <= $6),
  held as materialized (
    select incident_id from incident, since where status <> 'resolved' or resolved_at >= since.at_ms),
  open_rollout as materialized (
    select rollout_id from rollout where declared_at is not null and status in ('declared', 'running', 'completed')
    order by changed_at desc, rollout_id limit ${OPEN_ROLLOUTS_MAX}),
  known_release as materialized (
    select service, name from release
    order by (quarantine is not null) desc, changed_at desc, service, name limit ${RELEASES_MAX}),
  held_rollback as materialized (
    select rollback_id from rollback, since
    where status in ('requested', 'proposed', 'running') or decided_at >= since.at_ms
      or incident_id in (select incident_id from held)),
  breaker_head as materialized (
    select stream, version from chain_anchor where stream in (select 'breaker-' || service from breaker)),
  picked as materialized (
    select ${EVENT_COLUMNS} from event where position > $3
      and (stream <> 'rules' or version > (select max(version) from event where stream = 'rules') - $7)
      and version > coalesce((select head.version from breaker_head head where head.stream = event.stream), 0)
        - ${BREAKER_EVENTS_MAX}
      and stream = any(array(
      select 'rules' union all
      select 'alert-' || alert_id from alert where state <> 'resolved'
      union all select 'alert-' || alert_id from fired
      union all select 'incident-' || incident_id from held
      union all select 'incident-escalation-' || incident_id from held
      union all select 'rollout-' || rollout_id from open_rollout
      union all select 'rollout-' || rollout_id from rollout, since where changed_at >= since.at_ms
      union all select 'escalation-' || escalation_id from customer_escalation, since
        where state = 'open' or closed_at >= since.at_ms
      union all select 'rollback-' || rollback_id from held_rollback
      union all select 'override-' || override_id from rollback_override, since
        where status = 'open' or ended_at >= since.at_ms or rollback_id in (select rollback_id from held_rollback)
      union all select 'fallback-' || fallback_id from fallback, since
        where status <> 'ended' or ended_at >= since.at_ms or incident_id in (select incident_id from held)
      union all select 'release-' || service || '/' || name from known_release
      union all select 'automation'
      union all select 'breaker-' || service from breaker
      union all select 'redirect-' || redirect_id from redirect, since
        where status not in ('refused', 'ended') or decided_at >= since.at_ms
          or incident_id in (select incident_id from held)
      union all select 'command-' || command_id from command, since
        where status = 'refused' and expires_at >= since.at_ms
      union all select 'silence-' || silence_id from silence where has_matched is null
      union all select 'maintenance-' || maintenance_id from maintenance where ended_at is null)))
  select * from picked order by position limit $4`;

/** The history in PostgreSQL. */
export const createDeciderHistory = (database: Queryable): DeciderHistory => ({
  read: async ({ decidedMs, keepMs, firedMs, firingsMax, ruleSetsMax }, after) => {
    const values = [decidedMs, keepMs, after, HISTORY_EVENTS_MAX, firedMs, firingsMax, ruleSetsMax];
    return (await database.query<EventRow>(READ, values)).map(recordedEvent);
  },
});
