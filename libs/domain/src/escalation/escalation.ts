import type { EventOf, Policy } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';

interface Known {
  readonly incidentId: string;
  /** As it was when the escalation began. */
  readonly policy: Policy;
  /** The level that was called last, from 1, and how often all levels were gone through before. */
  readonly level: number;
  readonly round: number;
  /** The highest level that was called so far: a raise calls none that was called already. */
  readonly highest: number;
  /** How many calls there were. */
  readonly calls: number;
  /** Why the last step was taken. */
  readonly because: string;
}

/** Nobody answered yet: the next step is due then. */
export interface RunningEscalation extends Known {
  readonly state: 'running';
  readonly dueAtMs: number;
}

/** Somebody took it on, or put it off: nobody is called until then; null: until it is over. */
export interface PausedEscalation extends Known {
  readonly state: 'acknowledged' | 'snoozed';
  readonly by: string;
  readonly sinceMs: number;
  readonly untilMs: number | null;
}

/**
 * Who is called for an incident. `running` from its first page → a level after the other, each when the one before did not answer
 * in its time → `exhausted` after the last level of the last round. An acknowledgement makes it `acknowledged`, a snooze `snoozed`;
 * when the time of either is over it runs again, from the level that was called last. What became worse calls a higher level at once,
 * from any of these. `ended` with the incident: nobody is called any more.
 */
export type Escalation = RunningEscalation | PausedEscalation | (Known & { readonly state: 'exhausted' | 'ended' });

/** Events of an escalation's stream. */
export const isEscalationEvent = isEventOf(
  'EscalationStarted',
  'EscalationAdvanced',
  'EscalationRaised',
  'EscalationPaused',
  'EscalationResumed',
  'EscalationExhausted',
  'EscalationEnded',
);

type CallEvent = EventOf<'EscalationStarted' | 'EscalationAdvanced' | 'EscalationRaised' | 'EscalationResumed'>;

/** Events that call a level. */
export const isLevelCall = isEventOf(
  'EscalationStarted',
  'EscalationAdvanced',
  'EscalationRaised',
  'EscalationResumed',
);

const called = (known: Known, { data }: CallEvent): RunningEscalation => {
  const { level, because, dueAtMs, at } = data;
  const { incidentId, policy } = known;
  const round = 'round' in data ? data.round : known.round;
  const highest = Math.max(known.highest, level);
  const calls = known.calls + 1;
  return { incidentId, policy, level, round, highest, calls, because, state: 'running', dueAtMs: dueAtMs ?? at };
};

const knownOf = ({ incidentId, policy, level, round, highest, calls, because }: Known): Known => ({
  incidentId,
  policy,
  level,
  round,
  highest,
  calls,
  because,
});

/** The escalation after an event; undefined when it is not the one that starts it. */
export const evolveEscalation = (
  escalation: Escalation | undefined,
  event: GuardedEvent<typeof isEscalationEvent>,
): Escalation | undefined => {
  if (event.type === 'EscalationStarted') {
    const { incidentId, policy, level, because } = event.data;
    return called({ incidentId, policy, level, round: 0, highest: level, calls: 0, because }, event);
  }
  if (escalation === undefined) return undefined;
  switch (event.type) {
    case 'EscalationAdvanced':
    case 'EscalationRaised':
    case 'EscalationResumed':
      return called(escalation, event);
    case 'EscalationPaused': {
      const { state, by, untilMs, at } = event.data;
      return { ...knownOf(escalation), state, by, untilMs, sinceMs: at };
    }
    case 'EscalationExhausted':
      return { ...knownOf(escalation), because: event.data.because, state: 'exhausted' };
    case 'EscalationEnded':
      return { ...knownOf(escalation), because: event.data.because, state: 'ended' };
  }
};

/**
 * The key of a call after the first, which has the incident's: folded into what is open, or acknowledged, at the receiver it would
 * wake nobody.
 */
export const levelKeyOf = ({ incidentId, calls }: Pick<Escalation, 'incidentId' | 'calls'>): string =>
  `${incidentId}:call-${calls}`;

/**
 * For how long whoever has an incident has it: an acknowledgement of one that nobody is called for, and one without an end, are for good;
 * who put it off does not have it.
 */
export const holdOf = (escalation: Escalation | undefined): 'for good' | 'for a time' | 'no longer' => {
  if (escalation === undefined || escalation.state === 'ended') return 'for good';
  if (escalation.state !== 'acknowledged') return 'no longer';
  return escalation.untilMs === null ? 'for good' : 'for a time';
};

/** Whether nobody is called until a moment in any case. */
export const isPausedUntil = (escalation: Escalation | undefined, atMs: number): boolean =>
  (escalation?.state === 'acknowledged' || escalation?.state === 'snoozed') &&
  (escalation.untilMs === null || escalation.untilMs >= atMs);
