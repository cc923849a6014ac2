import { callKeyOf } from '#contracts';
import type { PageEvent } from './page-event.js';
import type { PagedCall, PagedIncident } from './paged-incident.js';

/** The key of a page about an incident's overdue status update, which ends with that and not with the incident's page. */
export const statusKeyOf = (incidentId: string): string => `${incidentId}:status_update`;

/** While an incident is muted its page does not leave; so what was never triggered is neither updated, acknowledged nor resolved. */
export const isHeldBack = (paged: PageEvent, { muted }: PagedIncident): boolean =>
  paged.type === 'IncidentOpened' ? paged.data.muted !== undefined : muted !== null;

/** A call for what Tocsin did is made though its incident is muted. */
const isLoud = ({ redirect, rollback, fallback }: PagedCall): boolean =>
  redirect !== undefined || rollback !== undefined || fallback !== undefined;

/** Who was called while the page was held back: they are called when it leaves. */
export const heldCalls = ({ escalations }: PagedIncident, unmutedAt: number): readonly PagedCall[] =>
  escalations.filter((call) => call.at < unmutedAt && !isLoud(call));

/**
 * The keys that a page goes out under. Whoever is called above the page has one of their own: under the incident's the call would
 * fold into what the receiver has open and wake nobody, and would wait behind a page that is retried. It is acknowledged and ends with
 * the incident: who takes that on, takes on what was called for it until then.
 */
export const keysOf = (paged: PageEvent, incident: PagedIncident): readonly string[] => {
  const { incidentId, escalations } = incident;
  const keyOf = (call: PagedCall): string => callKeyOf({ incidentId, ...call });
  if (paged.type === 'IncidentEscalated') return [callKeyOf(paged.data)];
  if (paged.type === 'IncidentUnmuted') return [incidentId, ...heldCalls(incident, paged.data.at).map(keyOf)];
  const isOfAll = paged.type === 'IncidentAcknowledged' || paged.type === 'IncidentResolved';
  return isOfAll ? [incidentId, ...escalations.map(keyOf)] : [incidentId];
};

/**
 * Whoever mutes an alert knows of its fault, and not of what Tocsin did about it and cannot undo: a redirect, a rollback or a fallback that
 * needs a person calls one all the same.
 */
export const loudKeys = (paged: PageEvent, { incidentId, escalations }: PagedIncident): ReadonlySet<string> => {
  const told = paged.type === 'IncidentEscalated' ? [paged.data] : escalations;
  return new Set(told.filter(isLoud).map((call) => callKeyOf({ ...call, incidentId })));
};
