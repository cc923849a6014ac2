import type { Event, EventData } from '#contracts';
import { evolveGate, type Gate, isGateEvent } from '../gate/gate.js';
import { evolveRollout, isRolloutEvent, type Rollout } from './rollout.js';

/** What the stream of a rollout says: the rollout, its gate, and how it was declared. */
export interface KnownRollout {
  readonly rollout: Rollout | undefined;
  readonly gate: Gate | undefined;
  readonly declaration: EventData<'RolloutDeclared'> | undefined;
}

/** An empty stream. */
export const UNKNOWN_ROLLOUT: KnownRollout = { rollout: undefined, gate: undefined, declaration: undefined };

/** What is known after an event of the stream. */
export const evolveKnownRollout = (known: KnownRollout, event: Event): KnownRollout => ({
  rollout: isRolloutEvent(event) ? evolveRollout(known.rollout, event) : known.rollout,
  gate: isGateEvent(event) ? evolveGate(known.gate, event) : known.gate,
  declaration: event.type === 'RolloutDeclared' ? event.data : known.declaration,
});
