import type { DrillHop } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';

/**
 * A fire drill: `requested` → `signalled` → `fired` → `passed`, or `failed` from any of the first three. Its page is an ordinary
 * delivery, whose attempts are its own story.
 */
export interface Drill {
  readonly drillId: string;
  readonly state: 'requested' | 'signalled' | 'fired' | 'passed' | 'failed';
  readonly channel: string | undefined;
  readonly deadlineMs: number;
  /** When hops were passed, ms. */
  readonly hops: Readonly<Partial<Record<DrillHop, number>>>;
}

/** Events of a drill's stream. */
export const isDrillEvent = isEventOf('DrillRequested', 'DrillSignalled', 'DrillFired', 'DrillPassed', 'DrillFailed');

/** The drill after an event; what is over stays as it ended. */
export const evolveDrill = (drill: Drill | undefined, event: GuardedEvent<typeof isDrillEvent>): Drill | undefined => {
  if (event.type === 'DrillRequested') {
    const { drillId, channel, deadlineMs, at } = event.data;
    return { drillId, state: 'requested', channel, deadlineMs, hops: { requested: at } };
  }
  if (drill === undefined || drill.state === 'passed' || drill.state === 'failed') return drill;
  const { at } = event.data;
  switch (event.type) {
    case 'DrillSignalled':
      return drill.state === 'requested'
        ? { ...drill, state: 'signalled', hops: { ...drill.hops, signalled: at } }
        : { ...drill, hops: { ...drill.hops, signalled: at } };
    case 'DrillFired':
      // The rules may be faster than the record of the signal, which then is not needed any more.
      return { ...drill, state: 'fired', hops: { signalled: event.data.signalledAtMs, ...drill.hops, decided: at } };
    case 'DrillPassed':
      return { ...drill, state: 'passed', hops: event.data.hops };
    case 'DrillFailed':
      return { ...drill, state: 'failed' };
  }
};

/** What the rules remember of drills: the ids of those that need no decision any more, the newest last. */
export type DecidedDrills = readonly string[];

/** A drill a minute for a day and more, which nobody has; one that is told again after that many others is drilled again. */
export const DECIDED_DRILLS_MAX = 2_000;

const NEEDS_DECISION: ReadonlySet<string> = new Set(['DrillRequested', 'DrillSignalled']);

/** The ids after an event: a drill that failed before the rules saw its signal is not begun behind its end. */
export const evolveDecidedDrills = (
  drills: DecidedDrills,
  { type, data: { drillId } }: GuardedEvent<typeof isDrillEvent>,
): DecidedDrills =>
  NEEDS_DECISION.has(type) || drills.includes(drillId) ? drills : [...drills, drillId].slice(-DECIDED_DRILLS_MAX);
