import { type EscalationTarget, event, type Event } from '#contracts';
import type { Incident } from '../incident/incident.js';

/** Who is to be called, and for what. */
export interface EscalationCase {
  readonly to: EscalationTarget;
  readonly alertId: string;
  readonly because: string;
  readonly at: number;
}

/**
 * Calls somebody above the levels of the page at once (R24; by money as well, B9: the rule says by which signal). Once for an
 * incident and a target, however many rules ask for it.
 */
export const decideEscalation = (
  incident: Incident,
  { to, alertId, because, at }: EscalationCase,
): readonly Event[] => {
  if (incident.state !== 'open' || incident.escalatedTo.has(to)) return [];
  return [
    event('IncidentEscalated', { incidentId: incident.incidentId, to, alertId, because: because.slice(0, 500), at }),
  ];
};
