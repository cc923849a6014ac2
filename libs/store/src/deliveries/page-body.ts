import { KEY_SEPARATOR } from '#contracts';
import type { PageEvent } from '#domain';
import type { IncidentRow } from '../incident.repository.js';
import { type ActingRows, toldAutomation } from './told-automation.js';

/** Whom an incident opened for, as fields that a receiver may route by; none for the fleet. */
const cohortOf = ({ scope, key }: IncidentRow): Record<string, string> => {
  if (scope === 'node' || scope === 'pop' || scope === 'region' || scope === 'release') return { [scope]: key };
  const [release, region] = key.split(KEY_SEPARATOR);
  return scope === 'release_region' && release !== undefined && region !== undefined ? { release, region } : {};
};

/** What was declared, and what this page alone asks for; nothing is said of what there is not. */
const actionBody = (
  { data, type }: PageEvent,
  { priority, onsetAt, detectMs, requests, escalations }: IncidentRow,
): Record<string, unknown> => ({
  ...(priority === null ? {} : { priority }),
  ...(onsetAt === null ? {} : { onsetAt, detectMs }),
  ...(type === 'IncidentEscalated'
    ? { escalation: { to: data.to, alertId: data.alertId, because: data.because } }
    : {}),
  ...(escalations.length > 0 ? { called: escalations.map(({ to, because }) => ({ to, because })) } : {}),
  ...(type === 'AlertJoinedIncident' ? { widens: data.widens } : {}),
  ...(type === 'IncidentResolved' ? { postMortem: `/v1/incidents/${data.incidentId}/post-mortem.md` } : {}),
  // What was asked for while the page was held back.
  ...(type === 'IncidentUnmuted' && requests.length > 0 ? { requests } : {}),
  ...(type === 'StatusUpdateRequested' ? { request: 'status_update' } : {}),
  ...(type === 'FallBackRequested' ? { request: 'fall_back' } : {}),
  ...(type === 'StakeholdersNotified' ? { notice: 'rollback', rollbackId: data.rollbackId } : {}),
  ...(type === 'IncidentAcknowledged' ? { acknowledgedBy: data.by, note: data.note } : {}),
  ...(type === 'IncidentSnoozed' ? { acknowledgedBy: data.by, note: data.comment, snoozedUntil: data.untilMs } : {}),
});

/** Who has it, in the words of the first answer where that was theirs; nobody has one that is open again. */
const takenOnBody = ({ owner, acknowledgedBy, note }: IncidentRow): Record<string, unknown> =>
  owner === null ? {} : { acknowledgedBy: owner, ...(owner === acknowledgedBy ? { note } : {}) };

/** What a page says of its incident. */
export const pageBody = (paged: PageEvent, incident: IncidentRow, acting: ActingRows): Record<string, unknown> => {
  const { data } = paged;
  const { incidentId, title, severity, status, rule, scope, key, reason, impact, peakImpact, openedAt } = incident;
  const service = acting.rollbacks?.find((rollback) => rollback.service !== null)?.service;
  return {
    incidentId,
    title,
    severity,
    status,
    rule,
    scope,
    key,
    ...cohortOf(incident),
    ...(service === undefined || service === null ? {} : { service }),
    at: data.at,
    openedAt,
    reason,
    impact,
    peakImpact,
    ...takenOnBody(incident),
    ...actionBody(paged, incident),
    ...toldAutomation(acting),
    ...(incident.muted === null ? {} : { muted: incident.muted.because }),
    ...('because' in data ? { because: data.because } : {}),
  };
};
