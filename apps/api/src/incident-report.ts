import { callKeyOf, type RecordedEvent } from '#contracts';
import type {
  AlertRow,
  DeliveryRepository,
  DeliveryRow,
  EscalationRepository,
  IncidentRepository,
  IncidentRow,
  ManyReads,
} from '#store';
import type { RedirectRepository, RedirectRow, RollbackRepository, RollbackRow } from '#store';
import { type EscalationReport, escalationReport } from './escalation-report.js';
import { LIST_MAX } from './list-query.js';
import { createRequestLoaders } from './loaders/request-loaders.js';

/** An incident with all that belongs to it. */
export interface IncidentReport {
  readonly incident: IncidentRow;
  readonly alerts: readonly AlertRow[];
  readonly timeline: readonly RecordedEvent[];
  readonly rollbacks: readonly RollbackRow[];
  readonly redirects: readonly RedirectRow[];
  /** Its pages and calls, then the commands of its rollbacks and redirects. */
  readonly deliveries: readonly Omit<DeliveryRow, 'requestedPosition'>[];
  /** Who is called for it; null: no plan said who. */
  readonly escalation: EscalationReport | null;
}

/** What a report is read from. */
export interface ReportSources {
  readonly incidents: Pick<IncidentRepository, 'findRow' | 'withDetail'>;
  readonly rollbacks: Pick<RollbackRepository, 'list'>;
  readonly redirects: Pick<RedirectRepository, 'list'>;
  readonly deliveries: Pick<DeliveryRepository, 'called'>;
  readonly reads: ManyReads;
  readonly escalations: Pick<EscalationRepository, 'findRow'>;
}

const withoutPlace = ({ requestedPosition: _place, ...row }: DeliveryRow): Omit<DeliveryRow, 'requestedPosition'> =>
  row;

/** Reads an incident with all that belongs to it; undefined when there is none. */
export const readReport = async (
  { incidents, rollbacks, redirects, deliveries, reads, escalations }: ReportSources,
  incidentId: string,
): Promise<IncidentReport | undefined> => {
  const belonging = { incidentId, limit: LIST_MAX };
  // What waits for nothing else is asked at once: a reader waits for two answers in turn, not for eight.
  const [incident, undone, moved, contacts, row] = await Promise.all([
    incidents.findRow(incidentId),
    rollbacks.list(belonging),
    redirects.list(belonging),
    deliveries.called(incidentId),
    escalations.findRow(incidentId),
  ]);
  if (incident === undefined) return undefined;
  const calls = incident.escalations.map((call) => callKeyOf({ incidentId, ...call }));
  const called = contacts.map(({ dedupKey }) => dedupKey);
  const commandIds = [
    ...undone.flatMap(({ waves }) => waves.flatMap(({ commandId }) => commandId ?? [])),
    ...moved.flatMap(({ commands }) => commands.map(({ commandId }) => commandId)),
  ];
  const keys = [...new Set([incidentId, ...calls, ...called, ...commandIds])];
  const under = createRequestLoaders(reads).deliveriesUnder;
  const [detail, told] = await Promise.all([incidents.withDetail(incident), Promise.all(keys.map(under))]);
  const escalation = row === undefined ? null : escalationReport(row);
  const sent = told.flat().map(withoutPlace);
  return { ...detail, rollbacks: undone, redirects: moved, deliveries: sent, escalation };
};
