import type { EventData } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';

/** A release, as events name it. */
export type ReleaseRef = EventData<'RolloutStarted'>['release'];

/**
 * A release on its way through the fleet, as deploy signals tell it. `running` → `halted` (a breach: nothing may widen it) →
 * `rolled_back` (every wave of its rollback verified). Nothing leads back: the next attempt is another rollout.
 */
export interface Rollout {
  readonly rolloutId: string;
  readonly service: string;
  readonly release: ReleaseRef;
  /** What a rollback returns to. */
  readonly previous: ReleaseRef;
  readonly stage: string;
  /** Every node a deploy signal named so far. */
  readonly nodes: ReadonlySet<string>;
  /** Log time of the first deploy signal. */
  readonly startedAtMs: number;
  /** Log time of the last deploy signal. */
  readonly deployedAtMs: number;
  readonly state: 'running' | 'halted' | 'rolled_back';
}

/** Events of a rollout's stream. */
export const isRolloutEvent = isEventOf('RolloutStarted', 'RolloutStageReached', 'RolloutHalted', 'RolloutRolledBack');

/** The rollout after an event. */
export const evolveRollout = (
  rollout: Rollout | undefined,
  event: GuardedEvent<typeof isRolloutEvent>,
): Rollout | undefined => {
  switch (event.type) {
    case 'RolloutStarted': {
      const { rolloutId, service, release, previous, stage, nodes, at } = event.data;
      return {
        rolloutId,
        service,
        release,
        previous,
        stage,
        nodes: new Set(nodes),
        startedAtMs: at,
        deployedAtMs: at,
        state: 'running',
      };
    }
    case 'RolloutStageReached': {
      const { stage, nodes, at } = event.data;
      return rollout && { ...rollout, stage, nodes: new Set([...rollout.nodes, ...nodes]), deployedAtMs: at };
    }
    case 'RolloutHalted':
      return rollout && { ...rollout, state: 'halted' };
    case 'RolloutRolledBack':
      return rollout && { ...rollout, state: 'rolled_back' };
  }
};
