import type { Event } from '#contracts';
import { isEventOf } from '../rule/event-guard.js';

/** Whether somebody has an incident, and since when that is so. */
export interface Holding {
  readonly isHeld: boolean;
  readonly atMs: number;
}

const isTaken = isEventOf('IncidentAcknowledged', 'IncidentHandedOver');
const isCalledAnew = isEventOf('EscalationResumed', 'EscalationRaised', 'EscalationExhausted');

/**
 * Who has an incident, after an event of it or of its escalation. Whoever took it on, or was given it, has it until that runs out, they put
 * it off, or somebody is called anew; without an escalation it never runs out.
 */
export const evolveHolding = (holding: Holding | undefined, told: Event): Holding | undefined => {
  if (isTaken(told)) return { isHeld: true, atMs: told.data.at };
  if (told.type === 'EscalationPaused') return { isHeld: told.data.state === 'acknowledged', atMs: told.data.at };
  return isCalledAnew(told) ? { isHeld: false, atMs: told.data.at } : holding;
};
