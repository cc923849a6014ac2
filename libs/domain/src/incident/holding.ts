import type { Event } from '#contracts';

/** Whether somebody has an incident, and since when that is so. */
export interface Holding {
  readonly isHeld: boolean;
  readonly atMs: number;
}

/**
 * Who has an incident, after an event of it or of its escalation. Whoever took it on, or was given it, has it until that runs out, they put
 * it off, or somebody is called anew; without an escalation it never runs out.
 */
export const evolveHolding = (holding: Holding | undefined, told: Event): Holding | undefined => {
  switch (told.type) {
    case 'IncidentAcknowledged':
    case 'IncidentHandedOver':
      return { isHeld: true, atMs: told.data.at };
    case 'EscalationPaused':
      return { isHeld: told.data.state === 'acknowledged', atMs: told.data.at };
    case 'EscalationResumed':
    case 'EscalationRaised':
    case 'EscalationExhausted':
      return { isHeld: false, atMs: told.data.at };
    default:
      return holding;
  }
};
