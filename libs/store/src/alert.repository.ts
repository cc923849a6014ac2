import type { EventData, Mute, Reason, Scope, SEVERITIES } from '#contracts';
import type { Queryable } from './database.js';
import { createList, type List, type Order } from './keyset.js';
import { MUTE_OF_ALERT } from './quiet.repository.js';

/** How bad it is. */
export type Severity = (typeof SEVERITIES)[number];
/** What an alert is now. */
export type AlertState = 'pending' | 'firing' | 'unknown' | 'recovering' | 'resolved';

/** An alert. Times are ms of log time. */
export interface AlertRow {
  readonly alertId: string;
  readonly rule: string;
  readonly scope: Scope;
  readonly key: string;
  readonly severity: Severity;
  readonly state: AlertState;
  /** When its condition began to hold; for most rules that is when it fired. */
  readonly begunAt: number;
  /** null = pending. */
  readonly firedAt: number | null;
  readonly changedAt: number;
  /** When it fires, if it is pending; when it resolves, if it is recovering. */
  readonly dueAt: number | null;
  readonly resolvedAt: number | null;
  /** The numbers of the last firing, resuming or resolving. */
  readonly reason: Reason;
  /** Why it is unknown, or was withdrawn. */
  readonly because: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly runbook: string | null;
  /** The how many-th firing within half an hour it was, where that was too many. */
  readonly flapping: number | null;
  /** Whether it fired because of late data. */
  readonly isLate: boolean;
  /** What was said of it once late data was there. */
  readonly correction: Omit<EventData<'AlertCorrected'>, 'alertId'> | null;
  /** The incident it belongs to; the latest when there were several. */
  readonly incidentId: string | null;
  /** Why it pages nobody; null where it may. */
  readonly muted: Mute | null;
}

/** Which alerts. */
export interface AlertFilter {
  readonly states?: readonly AlertState[] | undefined;
  readonly state?: AlertState;
  readonly scope?: Scope;
}

/** Reads alerts; the newest first in lists. */
export interface AlertRepository extends List<AlertRow, AlertFilter> {
  readonly find: (alertId: string) => Promise<AlertRow | undefined>;
  /** Those of many that there are, oldest first. */
  readonly findAll: (alertIds: readonly string[]) => Promise<readonly AlertRow[]>;
  /** The alert of a rule for a subject that had fired and was not over at a moment. */
  readonly openAt: (asked: AskedAlert) => Promise<AlertRow | undefined>;
}

/** A rule, a subject and a moment, ms of log time. */
export interface AskedAlert {
  readonly rule: string;
  readonly scope: Scope;
  readonly key: string;
  readonly at: number;
}

const SELECT = `
  select a.alert_id as "alertId", a.rule, a.scope, a.key, a.severity, a.state, a.begun_at as "begunAt",
    a.fired_at as "firedAt", a.due_at as "dueAt", a.changed_at as "changedAt", a.resolved_at as "resolvedAt", a.reason, a.because, a.labels, a.annotations,
    a.runbook, a.flapping, a.is_late as "isLate", a.correction,
    (select j.incident_id from incident_alert j where j.alert_id = a.alert_id
     order by j.joined_at desc, j.incident_id limit 1) as "incidentId", ${MUTE_OF_ALERT} as "muted"
  from alert a`;

const NEWEST: Order<AlertRow> = {
  list: 'alerts',
  columns: [
    { sql: 'a.begun_at', kind: 'number', isDescending: true, of: (row) => row.begunAt },
    { sql: 'a.alert_id', kind: 'text', of: (row) => row.alertId },
  ],
};

/** Alerts in PostgreSQL. */
export const createAlertRepository = (database: Queryable): AlertRepository => ({
  ...createList<AlertRow, AlertFilter>(database, NEWEST, ({ state, states, scope }) => ({
    select: SELECT,
    where: '($1::text[] is null or a.state = any($1)) and ($2::text is null or a.scope = $2)',
    values: [states ?? (state === undefined ? null : [state]), scope ?? null],
  })),
  find: async (alertId) => (await database.query<AlertRow>(`${SELECT} where a.alert_id = $1`, [alertId]))[0],
  findAll: (alertIds) =>
    database.query<AlertRow>(`${SELECT} where a.alert_id = any($1) order by a.begun_at, a.alert_id`, [alertIds]),
  openAt: async ({ rule, scope, key, at }) =>
    (
      await database.query<AlertRow>(
        `${SELECT} where a.rule = $1 and a.scope = $2 and a.key = $3 and a.fired_at <= $4
           and (a.resolved_at is null or a.resolved_at > $4)
         order by a.fired_at desc limit 1`,
        [rule, scope, key, at],
      )
    )[0],
});

/** Every column, under the names of the row; without a filter. */
export { SELECT as SELECT_ALERTS };
