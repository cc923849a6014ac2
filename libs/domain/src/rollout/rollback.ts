import type { EventData } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';
import type { ReleaseRef } from './rollout.js';

/**
 * A rollback, from the decision on. Its states:
 *
 *   refused                      a trigger held, a rail did not; nothing was commanded, a later tick may still decide
 *   decided ──WaveCommanded──▶ commanded ──WaveAnswered by every node──▶ answered ──WaveVerified──▶ verified
 *                                 ▲                                                        │
 *                                 └────────────WaveCommanded (next wave)───────────────────┤
 *   stopped ◀── a node failed or refused, or a deadline passed, in commanded or answered   └─last─▶ completed
 *
 * `stopped` and `completed` are final: no wave follows, and a rollback is never rolled back. A wave is verified by the telemetry
 * of its own nodes, not by their answers.
 */
export interface Rollback {
  readonly rollbackId: string;
  readonly incidentId: string;
  readonly state: 'refused' | 'decided' | 'commanded' | 'answered' | 'verified' | 'stopped' | 'completed';
  /** Rails whose refusal is recorded. */
  readonly refusedRails: ReadonlySet<string>;
  readonly plan: Plan | undefined;
  /** The wave in hand, from 1; 0 before the first. */
  readonly wave: number;
  readonly commandId: string | undefined;
  readonly commandedAtMs: number;
  /** When the last node of the wave answered. */
  readonly answeredAtMs: number;
  /** Node → final status, of the wave in hand. */
  readonly answers: ReadonlyMap<string, string>;
}

/** What was decided. */
export interface Plan {
  readonly rolloutId: string;
  readonly service: string;
  readonly from: ReleaseRef;
  readonly to: ReleaseRef;
  readonly waves: readonly (readonly string[])[];
  readonly gap: EventData<'RollbackDecided'>['gap'];
  readonly reason: string;
  readonly decidedAtMs: number;
}

const refused = (rollbackId: string, incidentId: string): Rollback => ({
  rollbackId,
  incidentId,
  state: 'refused',
  refusedRails: new Set<string>(),
  plan: undefined,
  wave: 0,
  commandId: undefined,
  commandedAtMs: 0,
  answeredAtMs: 0,
  answers: new Map<string, string>(),
});

const decided = (rollback: Rollback | undefined, data: EventData<'RollbackDecided'>): Rollback => {
  const { rollbackId, incidentId, rolloutId, service, from, to, waves, gap, trigger, at } = data;
  const plan = { rolloutId, service, from, to, waves, gap, reason: trigger.text, decidedAtMs: at };
  return { ...(rollback ?? refused(rollbackId, incidentId)), state: 'decided', plan };
};

const answered = (rollback: Rollback, { nodeId, status, at }: EventData<'WaveAnswered'>): Rollback => {
  const answers = new Map(rollback.answers).set(nodeId, status);
  const nodes = waveNodes(rollback);
  const isDone = nodes.every((each) => answers.get(each) === 'done');
  return { ...rollback, answers, ...(isDone ? { state: 'answered', answeredAtMs: at } : {}) };
};

/** The nodes of the wave in hand. */
export const waveNodes = ({ plan, wave }: Rollback): readonly string[] => plan?.waves[wave - 1] ?? [];

/** Whether commands are out or may still go out. */
export const isUnderWay = ({ state }: Rollback): boolean =>
  state === 'decided' || state === 'commanded' || state === 'answered' || state === 'verified';

/** Events of a rollback's stream. */
export const isRollbackEvent = isEventOf(
  'RollbackRefused',
  'RollbackDecided',
  'WaveCommanded',
  'WaveAnswered',
  'WaveVerified',
  'RollbackStopped',
  'RollbackCompleted',
);

/** The rollback after an event. */
export const evolveRollback = (
  rollback: Rollback | undefined,
  event: GuardedEvent<typeof isRollbackEvent>,
): Rollback | undefined => {
  switch (event.type) {
    case 'RollbackRefused': {
      const before = rollback ?? refused(event.data.rollbackId, event.data.incidentId);
      return { ...before, refusedRails: new Set([...before.refusedRails, event.data.rail]) };
    }
    case 'RollbackDecided':
      return decided(rollback, event.data);
    case 'WaveCommanded': {
      const { wave, commandId, at } = event.data;
      const answers = new Map<string, string>();
      return rollback && { ...rollback, state: 'commanded', wave, commandId, commandedAtMs: at, answers };
    }
    case 'WaveAnswered':
      return rollback && answered(rollback, event.data);
    case 'WaveVerified':
      return rollback && { ...rollback, state: 'verified' };
    case 'RollbackStopped':
      return rollback && { ...rollback, state: 'stopped' };
    case 'RollbackCompleted':
      return rollback && { ...rollback, state: 'completed' };
  }
};
