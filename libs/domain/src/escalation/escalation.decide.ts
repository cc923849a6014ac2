import { type CalledTarget, event, type EventOf, type OnCallPlan } from '#contracts';
import { durationText } from '../rule-language/duration.js';
import type { Escalation, PausedEscalation } from './escalation.js';
import { type Figures, policyFor, type PolicySubject, raisedLevel } from './policy.decide.js';

/** Longest text that an event keeps. */
const BECAUSE_CHARS_MAX = 500;
const short = (text: string): string => text.slice(0, BECAUSE_CHARS_MAX);

/** When a level must have answered; a policy that has none such is called no further. */
const dueAfter = ({ levels }: Escalation['policy'], level: number, atMs: number): number =>
  atMs + (levels[level - 1]?.waitMs ?? 0);

/** Whether a call reaches anybody at the moment at which something is decided. */
export type Reaches = (call: readonly CalledTarget[]) => boolean;

/** Levels of a policy above one and up to another. */
const levelsWithin = (above: number, upTo: number): readonly number[] =>
  Array.from({ length: Math.max(0, upTo - above) }, (_, index) => above + 1 + index);

/** Each level that a raise calls, in order: whoever is above is called beside those below, and never instead of them. */
const raisesTo = (
  { incidentId, policy, round, highest }: Pick<Escalation, 'incidentId' | 'policy' | 'round' | 'highest'>,
  levels: readonly number[],
  why: string,
  { atMs, reaches }: { readonly atMs: number; readonly reaches: Reaches },
): readonly EventOf<'EscalationRaised'>[] => {
  const isReached = (level: number): boolean => reaches(policy.levels[level - 1]?.call ?? []);
  const silent = levelsWithin(0, Math.max(highest, ...levels)).filter(
    (level) => !levels.includes(level) && !isReached(level),
  );
  const because = short([why, ...silent.map((level) => `level ${level} reaches nobody`)].join('; '));
  return levels.map((level) => {
    const dueAtMs = dueAfter(policy, level, atMs);
    return event('EscalationRaised', { incidentId, level, round, because, dueAtMs, at: atMs });
  });
};

/** Begins to call for an incident: the first level of the policy in force for it, and beside it those that its figures ask for. */
export const decideEscalationStart = (
  plan: OnCallPlan,
  incidentId: string,
  subject: PolicySubject,
  moment: { readonly atMs: number; readonly reaches: Reaches },
): readonly EventOf<'EscalationStarted' | 'EscalationRaised'>[] => {
  const policy = policyFor(plan, subject);
  if (policy === undefined) return [];
  const { atMs, reaches } = moment;
  const because = short(`policy ${policy.policy}`);
  const dueAtMs = dueAfter(policy, 1, atMs);
  const started = event('EscalationStarted', { incidentId, policy, level: 1, because, dueAtMs, at: atMs });
  const raised = raisedLevel(policy, subject);
  if (raised === undefined) return [started];
  // One that reaches nobody is left to the timer of the first, which says so.
  const levels = levelsWithin(1, raised.level).filter((level) => reaches(policy.levels[level - 1]?.call ?? []));
  const begun = { incidentId, policy, round: 0, highest: 1 };
  return [started, ...raisesTo(begun, levels, `policy ${policy.policy}: ${raised.because}`, moment)];
};

/** Whether anything can still be said of it. */
const isOver = (escalation: Escalation | undefined): escalation is undefined | (Escalation & { state: 'ended' }) =>
  escalation === undefined || escalation.state === 'ended';

/**
 * Calls higher levels at once when the incident became bad enough for one of them, and those between, though somebody took it on or put
 * it off: what they answered for was less. A level that was called already is not called so again.
 */
export const decideEscalationRaise = (
  escalation: Escalation | undefined,
  figures: Figures,
  moment: { readonly atMs: number; readonly reaches: Reaches },
): readonly EventOf<'EscalationRaised'>[] => {
  if (isOver(escalation)) return [];
  const { policy, highest } = escalation;
  const raised = raisedLevel(policy, figures);
  if (raised === undefined || raised.level <= highest) return [];
  const above = levelsWithin(highest, raised.level);
  const reached = above.filter((level) => moment.reaches(policy.levels[level - 1]?.call ?? []));
  // Where none of them reaches anybody, the timer that runs says so; without one the level is left like each that reaches nobody.
  if (reached.length === 0 && escalation.state === 'running') return [];
  const levels = reached.length === 0 ? [raised.level] : reached;
  return raisesTo(escalation, levels, `it became worse: ${raised.because}`, moment);
};

/** The level after this one, or the first of the next round, or the end of what the policy says. */
const stepOn = (
  { incidentId, policy, level, round }: Escalation,
  why: string,
  atMs: number,
): EventOf<'EscalationAdvanced' | 'EscalationExhausted'> => {
  const { levels, repeats } = policy;
  const isLast = level >= levels.length;
  if (isLast && round >= repeats) {
    const often = repeats === 0 ? 'all levels were called' : `all levels were called ${repeats + 1} times`;
    return event('EscalationExhausted', { incidentId, because: short(`${why}, and ${often}`), at: atMs });
  }
  const next = isLast ? { level: 1, round: round + 1 } : { level: level + 1, round };
  const because = short(isLast ? `${why}; round ${next.round + 1} of ${repeats + 1}` : why);
  return event('EscalationAdvanced', {
    incidentId,
    ...next,
    because,
    dueAtMs: dueAfter(policy, next.level, atMs),
    at: atMs,
  });
};

const resumed = (paused: PausedEscalation, atMs: number): EventOf<'EscalationResumed'> => {
  const { incidentId, policy, level, round, by, state, sinceMs, untilMs } = paused;
  const lasted = durationText(Math.max(0, (untilMs ?? atMs) - sinceMs));
  const what = state === 'acknowledged' ? `${by} had it for ${lasted}` : `${by} put it off for ${lasted}`;
  const because = short(`${what}, and it is not over`);
  return event('EscalationResumed', {
    incidentId,
    level,
    round,
    because,
    dueAtMs: dueAfter(policy, level, atMs),
    at: atMs,
  });
};

/** What is due at a moment: the next level, a further round, the end; or that whoever had it is asked again. */
export const decideEscalationDue = (
  escalation: Escalation | undefined,
  nowMs: number,
): readonly EventOf<'EscalationAdvanced' | 'EscalationExhausted' | 'EscalationResumed'>[] => {
  if (escalation?.state === 'running') {
    if (nowMs < escalation.dueAtMs) return [];
    const { policy, level } = escalation;
    const waited = durationText(policy.levels[level - 1]?.waitMs ?? 0);
    return [stepOn(escalation, `nobody of level ${level} answered within ${waited}`, nowMs)];
  }
  if (escalation?.state !== 'acknowledged' && escalation?.state !== 'snoozed') return [];
  return escalation.untilMs === null || nowMs < escalation.untilMs ? [] : [resumed(escalation, nowMs)];
};

/** What is known when a level was called that reaches nobody. */
export interface Unreached {
  /** Why, in words. */
  readonly nobody: readonly string[];
  /** Whether anybody was called for the incident so far. */
  readonly isAnybodyCalled: boolean;
  /** Levels that were called at this moment and reached nobody, this one included. */
  readonly tried: number;
}

/**
 * The next level at once, when the one that was called reaches nobody. Where nobody was called at all yet, the levels below the one it
 * began at are tried as well; when no level reaches anybody, that is the end of it.
 */
export const decideUnreachedLevel = (
  escalation: Escalation,
  { nobody, isAnybodyCalled, tried }: Unreached,
  atMs: number,
): EventOf<'EscalationAdvanced' | 'EscalationExhausted'> => {
  const { incidentId, policy, level, round } = escalation;
  const why = `level ${level} reaches nobody: ${nobody.join(', ') || 'it names nobody'}`;
  if (tried >= policy.levels.length)
    return event('EscalationExhausted', { incidentId, because: short(`no level reaches anybody; ${why}`), at: atMs });
  if (level < policy.levels.length || isAnybodyCalled) return stepOn(escalation, why, atMs);
  const dueAtMs = dueAfter(policy, 1, atMs);
  return event('EscalationAdvanced', { incidentId, level: 1, round, because: short(why), dueAtMs, at: atMs });
};

/** Somebody took the incident on, or it was given to them: nobody is called for as long as the policy says. */
export const decideHeld = (
  escalation: Escalation | undefined,
  by: string,
  atMs: number,
): readonly EventOf<'EscalationPaused'>[] => {
  if (isOver(escalation)) return [];
  const { incidentId, policy } = escalation;
  const untilMs = policy.acknowledgedForMs === null ? null : atMs + policy.acknowledgedForMs;
  return [event('EscalationPaused', { incidentId, state: 'acknowledged', by, untilMs, at: atMs })];
};

/** Somebody put the incident off: nobody is called until then. */
export const decidePutOff = (
  escalation: Escalation | undefined,
  { by, untilMs }: { readonly by: string; readonly untilMs: number },
  atMs: number,
): readonly EventOf<'EscalationPaused'>[] => {
  if (isOver(escalation)) return [];
  const { incidentId } = escalation;
  return [event('EscalationPaused', { incidentId, state: 'snoozed', by, untilMs, at: atMs })];
};

/** The incident is over, and so is the calling. */
export const decideEscalationEnd = (
  escalation: Escalation | undefined,
  because: string,
  atMs: number,
): readonly EventOf<'EscalationEnded'>[] =>
  isOver(escalation)
    ? []
    : [event('EscalationEnded', { incidentId: escalation.incidentId, because: short(because), at: atMs })];
