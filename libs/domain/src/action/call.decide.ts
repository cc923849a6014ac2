import { type Call, callKeyOf, event, type Event } from '#contracts';
import type { Incident } from '../incident/incident.js';

/** Who is to be called, and for what. */
export interface CallCase extends Pick<Call, 'to' | 'redirect' | 'rollback' | 'fallback'> {
  readonly alertId: string;
  readonly because: string;
  readonly at: number;
}

/**
 * Calls somebody above the levels of the page at once (R24; by money as well, B9: the rule says by which signal). Once for an
 * incident and a target, however many rules ask for it; and once for each trouble of a redirect, a rollback or its fallbacks.
 */
export const decideCall = (
  incident: Incident,
  { to, redirect, rollback, fallback, alertId, because, at }: CallCase,
): readonly Event[] => {
  const { incidentId, state, calls } = incident;
  if (state !== 'open' || calls.has(callKeyOf({ incidentId, to, redirect, rollback, fallback }))) return [];
  const of = { ...(redirect && { redirect }), ...(rollback && { rollback }), ...(fallback && { fallback }) };
  return [event('IncidentEscalated', { incidentId, to, alertId, because: because.slice(0, 500), ...of, at })];
};
