import { type Call, callKeyOf, event, type Event } from '#contracts';
import type { Incident } from '../incident/incident.js';

/** Who is to be called, and for what. */
export interface CallCase extends Pick<Call, 'to' | 'redirect' | 'rollback' | 'fallback' | 'joined'> {
  readonly alertId: string;
  readonly because: string;
  readonly at: number;
}

/**
 * Calls somebody above the levels of the page at once (R24; by money as well, B9: the rule says by which signal). Once for an
 * incident and a target, however many rules ask for it; once for each trouble of a redirect, a rollback or its fallbacks; and once for each
 * number of alerts that joined it.
 */
export const decideCall = (
  incident: Pick<Incident, 'incidentId' | 'state' | 'calls'>,
  { to, redirect, rollback, fallback, joined, alertId, because, at }: CallCase,
): readonly Event[] => {
  const { incidentId, state, calls } = incident;
  const call = {
    ...(redirect && { redirect }),
    ...(rollback && { rollback }),
    ...(fallback && { fallback }),
    ...(joined && { joined }),
  };
  if (state !== 'open' || calls.has(callKeyOf({ incidentId, to, ...call }))) return [];
  return [event('IncidentEscalated', { incidentId, to, alertId, because: because.slice(0, 500), ...call, at })];
};
