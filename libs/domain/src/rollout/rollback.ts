import { type EventData, releaseName, type WaveStep } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';
import type { ReleaseRef, Rollout } from './rollout.js';

/**
 * A rollback. Its states:
 *
 *   (none) ──RollbackRequested──▶ requested: a person wants it; the next tick decides, once
 *   (none) ──RollbackRefused────▶ refused: a rail did not hold; nothing was commanded, a later tick may still decide
 *   (none) ──RollbackProposed───▶ proposed ──RollbackApproved──▶ requested, by who approved
 *
 *   requested, refused, proposed ──RollbackDecided──▶ decided
 *   decided ──WaveCommanded──▶ commanded ──WaveAnswered by every node──▶ answered ──WaveVerified──▶ verified
 *                                 ▲  │ WaveRepeated: sent again                              │
 *                                 │  └─▶ commanded                                           │
 *                                 └────────────WaveCommanded (next wave)─────────────────────┤
 *   stopped ◀── a node failed or refused, or a deadline passed, in commanded or answered     └─last─▶ completed
 *   stopped, completed ──StakeholdersNotified──▶ the same, and nothing is owed any more
 *
 * `stopped` and `completed` are final: no wave follows, a rollback is never rolled back, and no other is ever decided for its rollout
 * and release. A wave is verified by the telemetry of its own nodes and by probers, not by their answers.
 */
export interface Rollback {
  readonly rollbackId: string;
  /** Undefined until something was decided of what a person asked for. */
  readonly incidentId: string | undefined;
  readonly state:
    | 'requested'
    | 'refused'
    | 'proposed'
    | 'decided'
    | 'commanded'
    | 'answered'
    | 'verified'
    | 'stopped'
    | 'completed';
  /** Rails whose refusal is recorded since it was last asked for. */
  readonly refusedRails: ReadonlySet<string>;
  /** What a person asked for last, by a request or an approval. */
  readonly request: RollbackWish | undefined;
  readonly proposal: EventData<'RollbackProposed'> | undefined;
  readonly plan: Plan | undefined;
  /** The wave in hand, from 1; 0 before the first. */
  readonly wave: number;
  readonly commandId: string | undefined;
  readonly commandedAtMs: number;
  /** Whether the command of the wave was sent again. */
  readonly isRepeated: boolean;
  /** When the last node of the wave answered. */
  readonly answeredAtMs: number;
  /** When the last wave was verified, or the rollback ended. */
  readonly changedAtMs: number;
  /** How it ended, in words; empty before. */
  readonly outcome: string;
  /** Node → final status, of the wave in hand. */
  readonly answers: ReadonlyMap<string, string>;
  /** Node → the last step that was told, of the wave in hand; at most one for each of its nodes. */
  readonly steps: ReadonlyMap<string, WaveStep>;
  /** Whether who has a stake was told how it ended. */
  readonly isNotified: boolean;
}

/** That a person wants a rollback, and why. */
export interface RollbackWish {
  readonly rolloutId: string;
  readonly by: string;
  readonly comment: string;
  readonly atMs: number;
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
  /** Who asked for it; undefined: nobody, a trigger held. */
  readonly by: string | undefined;
  readonly decidedAtMs: number;
}

/** Rollbacks of one rollout at most: a person who has stopped nine times over needs another way. */
export const ROLLBACK_ATTEMPTS_MAX = 10;

/**
 * The one rollback of a rollout's release, whichever incident or trigger asks for it: its stream begins once, so that no second can
 * be decided, by another process or after everything was forgotten. Where it was stopped a person, and nobody else, may ask for a
 * further attempt: 2, 3 …, of the nodes that are left.
 */
export const rollbackIdOf = (
  { rolloutId, release }: Pick<Rollout, 'rolloutId' | 'release'>,
  hash: (text: string) => string,
  attempt = 1,
): string => hash(`rollback|${rolloutId}|${releaseName(release)}${attempt === 1 ? '' : `|${attempt}`}`);

const begun = (rollbackId: string, incidentId: string | undefined): Rollback => ({
  rollbackId,
  incidentId,
  state: 'refused',
  refusedRails: new Set<string>(),
  request: undefined,
  proposal: undefined,
  plan: undefined,
  wave: 0,
  commandId: undefined,
  commandedAtMs: 0,
  isRepeated: false,
  answeredAtMs: 0,
  changedAtMs: 0,
  outcome: '',
  answers: new Map<string, string>(),
  steps: new Map<string, WaveStep>(),
  isNotified: false,
});

const decided = (rollback: Rollback | undefined, data: EventData<'RollbackDecided'>): Rollback => {
  const { rollbackId, incidentId, rolloutId, service, from, to, waves, gap, trigger, by, at } = data;
  const plan = { rolloutId, service, from, to, waves, gap, reason: trigger.text, by, decidedAtMs: at };
  return { ...(rollback ?? begun(rollbackId, incidentId)), incidentId, state: 'decided', plan };
};

const refused = (rollback: Rollback | undefined, data: EventData<'RollbackRefused'>): Rollback => {
  const { rollbackId, incidentId, rail } = data;
  const before = rollback ?? begun(rollbackId, incidentId);
  // What rails refused in another incident says nothing to who looks at this one.
  const known = before.incidentId === incidentId || before.incidentId === undefined ? before.refusedRails : [];
  return { ...before, incidentId, state: 'refused', refusedRails: new Set([...known, rail]) };
};

/** A rollback that was decided stays what it is, whatever is wished. */
const wished = (rollback: Rollback | undefined, rollbackId: string, request: RollbackWish): Rollback => {
  const before = rollback ?? begun(rollbackId, undefined);
  if (before.plan !== undefined) return before;
  return { ...before, state: 'requested', request, refusedRails: new Set<string>() };
};

const proposed = (rollback: Rollback | undefined, data: EventData<'RollbackProposed'>): Rollback => {
  const { rollbackId, incidentId } = data;
  return { ...(rollback ?? begun(rollbackId, incidentId)), incidentId, state: 'proposed', proposal: data };
};

const approved = (rollback: Rollback, { rollbackId, by, comment, at }: EventData<'RollbackApproved'>): Rollback => {
  const { proposal } = rollback;
  if (proposal === undefined) return rollback;
  return wished(rollback, rollbackId, { rolloutId: proposal.rolloutId, by, comment, atMs: at });
};

const commanded = (rollback: Rollback, { wave, commandId, at }: EventData<'WaveCommanded'>): Rollback => ({
  ...rollback,
  state: 'commanded',
  wave,
  commandId,
  commandedAtMs: at,
  isRepeated: false,
  answers: new Map<string, string>(),
  steps: new Map<string, WaveStep>(),
});

const answered = (rollback: Rollback, { nodeId, status, at }: EventData<'WaveAnswered'>): Rollback => {
  const answers = new Map(rollback.answers).set(nodeId, status);
  const nodes = waveNodes(rollback);
  const isDone = answers.size >= nodes.length && nodes.every((each) => answers.get(each) === 'done');
  return { ...rollback, answers, ...(isDone ? { state: 'answered', answeredAtMs: at } : {}) };
};

/** The nodes of the wave in hand. */
export const waveNodes = ({ plan, wave }: Rollback): readonly string[] => plan?.waves[wave - 1] ?? [];

/** Whether commands are out or may still go out. */
export const isUnderWay = ({ state }: Rollback): boolean =>
  state === 'decided' || state === 'commanded' || state === 'answered' || state === 'verified';

/** Whether it ended, well or not. */
export const isEnded = ({ state }: Rollback): boolean => state === 'stopped' || state === 'completed';

/** Events of a rollback's stream. */
export const isRollbackEvent = isEventOf(
  'RollbackRequested',
  'RollbackProposed',
  'RollbackApproved',
  'RollbackRefused',
  'RollbackDecided',
  'WaveCommanded',
  'WaveAnswered',
  'WaveStepAnswered',
  'WaveRepeated',
  'WaveVerified',
  'RollbackStopped',
  'RollbackCompleted',
  'StakeholdersNotified',
);

const endOf = ({ because, at }: EventData<'RollbackCompleted'>): Pick<Rollback, 'outcome' | 'changedAtMs'> => ({
  outcome: because,
  changedAtMs: at,
});

type RollbackEvent = GuardedEvent<typeof isRollbackEvent>;

/** What changes a rollback that began; others begin it. */
const isLaterEvent = isEventOf(
  'RollbackApproved',
  'WaveCommanded',
  'WaveAnswered',
  'WaveStepAnswered',
  'WaveRepeated',
  'WaveVerified',
  'RollbackStopped',
  'RollbackCompleted',
  'StakeholdersNotified',
);

const evolveBegun = (rollback: Rollback, event: GuardedEvent<typeof isLaterEvent>): Rollback => {
  switch (event.type) {
    case 'RollbackApproved':
      return approved(rollback, event.data);
    case 'WaveCommanded':
      return commanded(rollback, event.data);
    case 'WaveAnswered':
      return answered(rollback, event.data);
    case 'WaveStepAnswered':
      return { ...rollback, steps: new Map(rollback.steps).set(event.data.nodeId, event.data.step) };
    case 'WaveRepeated':
      return { ...rollback, isRepeated: true };
    case 'WaveVerified':
      return { ...rollback, state: 'verified', changedAtMs: event.data.at };
    case 'RollbackStopped':
      return { ...rollback, state: 'stopped', ...endOf(event.data) };
    case 'RollbackCompleted':
      return { ...rollback, state: 'completed', ...endOf(event.data) };
    case 'StakeholdersNotified':
      return { ...rollback, isNotified: true };
  }
};

/** The rollback after an event. */
export const evolveRollback = (rollback: Rollback | undefined, event: RollbackEvent): Rollback | undefined => {
  if (isLaterEvent(event)) return rollback && evolveBegun(rollback, event);
  switch (event.type) {
    case 'RollbackRequested': {
      const { rollbackId, rolloutId, by, comment, at } = event.data;
      return wished(rollback, rollbackId, { rolloutId, by, comment, atMs: at });
    }
    case 'RollbackProposed':
      return proposed(rollback, event.data);
    case 'RollbackRefused':
      return refused(rollback, event.data);
    case 'RollbackDecided':
      return decided(rollback, event.data);
  }
};
