import type { Call, Cause, Impact, Mute, Priority, Reason, RecordedEvent, Scope } from '#contracts';
import { streamOf } from '#contracts';
import { type AlertRow, createAlertRepository, type Severity } from './alert.repository.js';
import type { Queryable } from './database.js';
import { readStreams } from './event-read.js';
import { createList, type List, type Order } from './keyset.js';

/** A fault is detected within two minutes of its onset (R44); the study took fifteen. */
export const DETECT_TARGET_MS = 120_000;

/** What an incident is now. */
export type IncidentStatus = 'open' | 'acknowledged' | 'resolved';

/** An incident. Times are ms of log time. */
export interface IncidentRow {
  readonly incidentId: string;
  readonly title: string;
  readonly severity: Severity;
  readonly status: IncidentStatus;
  /** Its root: the alert that opened it, or one that explains it and came later; with its rule, scope and key. */
  readonly alertId: string;
  readonly rule: string;
  readonly scope: Scope;
  readonly key: string;
  readonly reason: Reason;
  readonly impact: Impact;
  /** The impact with the highest score so far. */
  readonly peakImpact: Impact;
  readonly openedAt: number;
  readonly acknowledgedAt: number | null;
  readonly acknowledgedBy: string | null;
  readonly note: string | null;
  /** Who has it now: took it on last, or was given it; null: nobody, or not any more. */
  readonly owner: string | null;
  /** Until when nobody is called for it. */
  readonly snoozedUntil: number | null;
  readonly resolvedAt: number | null;
  /** Why it was resolved. */
  readonly because: string | null;
  /** Why no page has left for it; null once one has. */
  readonly muted: Mute | null;
  /** Changes of the last day by how far they explain it, the likeliest first; none before they were compared. */
  readonly causes: readonly Cause[];
  readonly causesBecause: string | null;
  /** Declared with the page; null where nothing declared it. */
  readonly priority: Priority | null;
  readonly declaredAt: number | null;
  readonly declaredBecause: string | null;
  /** When it began, as far as the windows showed it. */
  readonly onsetAt: number | null;
  /** From the onset to the opening, ms; the target is `DETECT_TARGET_MS`. */
  readonly detectMs: number | null;
  readonly isDetectedInTime: boolean | null;
  readonly escalations: readonly {
    readonly to: Call['to'];
    readonly alertId: string;
    readonly because: string;
    readonly redirect?: Call['redirect'];
    readonly rollback?: Call['rollback'];
    readonly fallback?: Call['fallback'];
    readonly joined?: Call['joined'];
    readonly at: number;
  }[];
  readonly requests: readonly {
    readonly what: 'status_update' | 'fall_back';
    readonly alertId: string;
    readonly because: string;
    readonly at: number;
  }[];
  /** In the order in which they joined. */
  readonly alertIds: readonly string[];
  /** In the order in which they were decided or refused. */
  readonly rollbackIds: readonly string[];
  /** In the order in which they were decided or refused. */
  readonly redirectIds: readonly string[];
}

/** An incident with what belongs to it. */
export interface IncidentDetail {
  readonly incident: IncidentRow;
  readonly alerts: readonly AlertRow[];
  /**
   * The incident's own events, those of its alerts and of what people said of them, of its rollbacks and redirects, of who is called and of
   * what the public is told, in the global order.
   */
  readonly timeline: readonly RecordedEvent[];
}

/** Which incidents. */
export interface IncidentFilter {
  readonly statuses?: readonly IncidentStatus[] | undefined;
}

/** Reads incidents; the newest first in lists. */
export interface IncidentRepository extends List<IncidentRow, IncidentFilter> {
  readonly findRow: (incidentId: string) => Promise<IncidentRow | undefined>;
  readonly find: (incidentId: string) => Promise<IncidentDetail | undefined>;
  /** What belongs to one that was read already. */
  readonly withDetail: (incident: IncidentRow) => Promise<IncidentDetail>;
}

const SELECT = `
  select i.incident_id as "incidentId", i.title, i.severity, i.status, i.alert_id as "alertId", i.rule, i.scope, i.key,
    i.reason, i.impact, i.peak_impact as "peakImpact", i.opened_at as "openedAt", i.acknowledged_at as "acknowledgedAt",
    i.acknowledged_by as "acknowledgedBy", i.note, i.owner, i.snoozed_until as "snoozedUntil", i.resolved_at as "resolvedAt", i.because,
    i.priority, i.declared_at as "declaredAt", i.declared_because as "declaredBecause", i.onset_at as "onsetAt",
    i.opened_at - i.onset_at as "detectMs", i.opened_at - i.onset_at <= ${DETECT_TARGET_MS} as "isDetectedInTime",
    i.escalations, i.requests,
    i.muted, i.causes, i.causes_because as "causesBecause",
    array(select j.alert_id from incident_alert j where j.incident_id = i.incident_id order by j.joined_at, j.alert_id)
      as "alertIds",
    array(select r.rollback_id from rollback r where r.incident_id = i.incident_id order by r.decided_at, r.rollback_id)
      as "rollbackIds",
    array(select m.redirect_id from redirect m where m.incident_id = i.incident_id order by m.decided_at, m.redirect_id)
      as "redirectIds"
  from incident i`;

const NEWEST: Order<IncidentRow> = {
  list: 'incidents',
  columns: [
    { sql: 'i.opened_at', kind: 'number', isDescending: true, of: (row) => row.openedAt },
    { sql: 'i.incident_id', kind: 'text', of: (row) => row.incidentId },
  ],
};

/**
 * The streams that the timeline of an incident is made of: its own, those of its alerts and of what people said of them, of its rollbacks
 * and redirects, of who is called and of what the public is told.
 */
export const timelineStreams = ({
  incidentId,
  alertIds,
  rollbackIds,
  redirectIds,
}: Pick<IncidentRow, 'incidentId' | 'alertIds' | 'rollbackIds' | 'redirectIds'>): readonly string[] => [
  streamOf.incident(incidentId),
  ...alertIds.flatMap((alertId) => [streamOf.alert(alertId), streamOf.alertResolution(alertId)]),
  ...rollbackIds.map(streamOf.rollback),
  ...redirectIds.map(streamOf.redirect),
  streamOf.escalation(incidentId),
  streamOf.status(incidentId),
];

/** Incidents in PostgreSQL. */
export const createIncidentRepository = (database: Queryable): IncidentRepository => {
  const alerts = createAlertRepository(database);
  const findRow = async (incidentId: string): Promise<IncidentRow | undefined> =>
    (await database.query<IncidentRow>(`${SELECT} where i.incident_id = $1`, [incidentId]))[0];
  const withDetail = async (incident: IncidentRow): Promise<IncidentDetail> => {
    const [rows, timeline] = await Promise.all([
      alerts.findAll(incident.alertIds),
      readStreams(database, timelineStreams(incident)),
    ]);
    return { incident, alerts: rows, timeline };
  };
  return {
    ...createList<IncidentRow, IncidentFilter>(database, NEWEST, ({ statuses }) => ({
      select: SELECT,
      where: '($1::text[] is null or i.status = any($1))',
      values: [statuses ?? null],
    })),
    findRow,
    find: async (incidentId) => {
      const incident = await findRow(incidentId);
      return incident === undefined ? undefined : withDetail(incident);
    },
    withDetail,
  };
};

/** Every column, under the names of the row; without a filter. */
export { SELECT as SELECT_INCIDENTS };
