/** A state of an alert, as its events tell it. */
export type AlertState = 'pending' | 'firing' | 'recovering' | 'unknown' | 'resolved';

/** The state that an event of an alert begins. */
export const ALERT_STATES: Readonly<Record<string, AlertState>> = {
  AlertPending: 'pending',
  AlertFired: 'firing',
  AlertResumed: 'firing',
  AlertRecovering: 'recovering',
  AlertBecameUnknown: 'unknown',
  AlertResolved: 'resolved',
};
/** After these nothing is left: it was no alert in the end. */
export const ALERT_GONE: ReadonlySet<string> = new Set(['AlertPendingEnded', 'AlertWithdrawn']);

/** For how long an alert was in one state, ms since the epoch. */
export interface StateSpan {
  readonly state: AlertState;
  readonly from: number;
  readonly to: number;
  /** Part of the whole time, 0 to 1. */
  readonly share: number;
}

interface Changed {
  readonly type: string;
  /** ISO 8601 in UTC. */
  readonly recordedAt: string;
}

/**
 * The states of an alert one after the other, from its events in their order, each until the next begins and the last until `now`. Being
 * resolved is its end and lasts no time; where nothing is left of it, it ends there.
 */
export const statesOf = (events: readonly Changed[], now: number): readonly StateSpan[] => {
  const changes = events.flatMap(({ type, recordedAt }) => {
    const state = ALERT_GONE.has(type) ? ('gone' as const) : ALERT_STATES[type];
    return state === undefined ? [] : [{ state, at: Date.parse(recordedAt) }];
  });
  const spans = changes.flatMap(({ state, at }, index) => {
    if (state === 'gone') return [];
    const next = changes[index + 1];
    return [{ state, from: at, to: next?.at ?? (state === 'resolved' ? at : Math.max(at, now)) }];
  });
  const whole = spans.reduce((sum, { from, to }) => sum + to - from, 0);
  return spans.map((span) => ({ ...span, share: whole === 0 ? 0 : (span.to - span.from) / whole }));
};
