import type { EventData } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';
import { type Declared, declaredOf, evolveDeclared, isDeclaredEvent, reachedStage } from './declared.js';

/** A release, as events name it. */
export type ReleaseRef = EventData<'RolloutStarted'>['release'];

/** How a rollout came to be known. */
export type RolloutOrigin = NonNullable<EventData<'RolloutStarted'>['origin']>;

/**
 * A release on its way through the fleet. Its states:
 *
 *   declared ──RolloutStarted──▶ running ──RolloutCompleted──▶ completed ──RolloutEnded: watched for 24 h──▶ ended
 *      │                          │   ▲                            │
 *      │ RolloutEnded: nobody     │   └─ stage n: StagePromoted, RolloutStageReached of stage n + 1
 *      ▼ starts it                │                                │
 *    ended                        ├──RolloutHalted: a breach,──▶ halted ──RolloutRolledBack──▶ rolled_back
 *                                 │  more nodes than its stage     │
 *                                 │  allows, a person              │
 *                                 └──RolloutRolledBack─────────────┴──(also of a completed one)──▶ rolled_back
 *
 * Each stage of a plan goes: may begin ──its first nodes──▶ bakes ──gate: promote──▶ [waits for a person] ──▶ promoted. The gate is armed
 * in all of them. Only a rollout that was declared has a plan; one that a deploy signal or telemetry began is `running` until it is
 * halted or rolled back, and is forgotten a day after its last node. Nothing leads back: the next attempt is another rollout.
 */
export interface Rollout {
  readonly rolloutId: string;
  readonly service: string;
  readonly release: ReleaseRef;
  /** What a rollback returns to. */
  readonly previous: ReleaseRef;
  /** The one that was reached last; of a rollout that is declared only, its first. */
  readonly stage: string;
  /** Every node that is known to have it, or was told to take it. */
  readonly nodes: ReadonlySet<string>;
  /** Log time at which it began. */
  readonly startedAtMs: number;
  /** Log time at which it reached a node last. */
  readonly deployedAtMs: number;
  readonly state: 'declared' | 'running' | 'completed' | 'ended' | 'halted' | 'rolled_back';
  /** Absent: a deploy signal. */
  readonly origin?: RolloutOrigin | undefined;
  /** Absent: nobody declared it. */
  readonly declared?: Declared | undefined;
  /** Who wants it to go no further, and why. */
  readonly haltRequested?: string | undefined;
}

/** Events of a rollout's stream that it is made of; what a gate tells there is the gate's. */
export const isRolloutEvent = isEventOf(
  'RolloutDeclared',
  'RiskAssessed',
  'BlastRadiusComputed',
  'LoadTested',
  'PreflightOverridden',
  'PreflightBlocked',
  'RolloutStartRequested',
  'StageApproved',
  'StagePromoted',
  'StageCommanded',
  'HaltCommanded',
  'NodeUpdated',
  'HaltRequested',
  'RolloutStarted',
  'RolloutStageReached',
  'RolloutCompleted',
  'RolloutEnded',
  'RolloutHalted',
  'RolloutRolledBack',
);

/** Whether any node was ever told to have it: what is declared only explains nothing and needs no rollback. */
export const hasBegun = ({ state, nodes }: Rollout): boolean => state !== 'declared' && nodes.size > 0;

/** Whether it still goes on or is watched, so that it must not be forgotten: one without a plan has no end. */
export const isOpen = ({ state, declared }: Rollout): boolean =>
  declared !== undefined && (state === 'declared' || state === 'running' || state === 'completed');

const fromDeclaration = (data: EventData<'RolloutDeclared'>): Rollout => {
  const { rolloutId, service, release, previous, plan, at } = data;
  const stage = plan.stages[0]?.name ?? '';
  const times = { startedAtMs: at, deployedAtMs: at };
  const nodes = new Set<string>();
  const declared = declaredOf(data);
  return { rolloutId, service, release, previous, stage, nodes, ...times, state: 'declared', declared };
};

const started = (rollout: Rollout | undefined, data: EventData<'RolloutStarted'>): Rollout => {
  const { rolloutId, service, release, previous, stage, nodes, origin, at } = data;
  const declared = rollout?.declared && reachedStage(rollout.declared, stage, at);
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
    ...(origin && { origin }),
    ...(declared && { declared }),
    ...(rollout?.haltRequested && { haltRequested: rollout.haltRequested }),
  };
};

const reached = (rollout: Rollout, { stage, nodes, at }: EventData<'RolloutStageReached'>): Rollout => {
  const declared = rollout.declared && reachedStage(rollout.declared, stage, at);
  const all = new Set([...rollout.nodes, ...nodes]);
  return { ...rollout, stage, nodes: all, deployedAtMs: at, ...(declared && { declared }) };
};

const completed = (rollout: Rollout, { at }: EventData<'RolloutCompleted'>): Rollout => {
  const declared = rollout.declared && { ...rollout.declared, completedAtMs: at };
  return { ...rollout, state: 'completed', ...(declared && { declared }) };
};

/** The rollout after an event. */
export const evolveRollout = (
  rollout: Rollout | undefined,
  event: GuardedEvent<typeof isRolloutEvent>,
): Rollout | undefined => {
  if (isDeclaredEvent(event))
    return rollout?.declared === undefined
      ? rollout
      : { ...rollout, declared: evolveDeclared(rollout.declared, event) };
  switch (event.type) {
    case 'RolloutDeclared':
      return fromDeclaration(event.data);
    case 'RolloutStarted':
      return started(rollout, event.data);
    case 'RolloutStageReached':
      return rollout && reached(rollout, event.data);
    case 'HaltRequested':
      return rollout && { ...rollout, haltRequested: `${event.data.by}: ${event.data.comment}` };
    case 'RolloutCompleted':
      return rollout && completed(rollout, event.data);
    case 'RolloutEnded':
      return rollout && { ...rollout, state: 'ended' };
    case 'RolloutHalted':
      return rollout && { ...rollout, state: 'halted' };
    case 'RolloutRolledBack':
      return rollout && { ...rollout, state: 'rolled_back' };
  }
};
