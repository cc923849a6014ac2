import { event, type Event } from '#contracts';
import type { Alert } from '../alert/alert.js';
import type { Incident } from '../incident/incident.js';

/** What speaks for the highest priority. */
export interface DeclarationCase {
  /** Firing critical alerts of the incident that are of a rule; what machines are silent about pages, and is no P0. */
  readonly critical: readonly Alert[];
  /** Why a rollback was decided for it; undefined without one. */
  readonly rollback: string | undefined;
  readonly at: number;
}

/** P0 by nobody's hand (R48): a critical rule fires, or a rollback is decided; in the tick of the opening, once for an incident. */
export const decideDeclaration = (
  incident: Incident,
  { critical, rollback, at }: DeclarationCase,
): readonly Event[] => {
  if (incident.state !== 'open' || incident.priority !== undefined) return [];
  const [first] = critical;
  const because =
    first === undefined ? rollback && `rollback: ${rollback}` : `critical rule ${first.rule}: ${first.reason.text}`;
  if (because === undefined) return [];
  return [
    event('IncidentDeclared', { incidentId: incident.incidentId, priority: 'P0', because: because.slice(0, 500), at }),
  ];
};
