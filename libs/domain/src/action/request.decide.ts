import { event, type Event, type Impact } from '#contracts';
import type { Alert } from '../alert/alert.js';
import type { Incident, IncidentRequest } from '../incident/incident.js';

const EVENT_OF = { status_update: 'StatusUpdateRequested', fall_back: 'FallBackRequested' } as const;

/** Asks, once for an incident, for what Tocsin does not do itself: a public status update, or a move to another DNS provider. */
export const decideRequest = (
  incident: Incident,
  what: IncidentRequest,
  { alert, impact, at }: { readonly alert: Alert; readonly impact: Impact; readonly at: number },
): readonly Event[] => {
  if (incident.state !== 'open' || incident.requested.has(what)) return [];
  const { incidentId } = incident;
  return [event(EVENT_OF[what], { incidentId, alertId: alert.alertId, because: alert.reason.text, impact, at })];
};
