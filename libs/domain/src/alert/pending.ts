import type { Reason } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';
import type { AlertSubject, Rule } from '../rule/rule.js';

/**
 * A condition that holds and has not held for long enough: `pending` of the states of `Alert`. It is kept apart from alerts, since
 * nothing that acts on alerts (incidents, pages, rollbacks) may see it. It has the id of the alert that it becomes.
 */
export interface PendingAlert extends AlertSubject {
  readonly alertId: string;
  readonly rule: string;
  readonly severity: Rule['severity'];
  readonly sinceMs: number;
  readonly dueAtMs: number;
  readonly reason: Reason;
}

/** Events that concern a pending alert. */
export const isPendingEvent = isEventOf('AlertPending', 'AlertPendingEnded', 'AlertFired');

/** The pending alert after an event; undefined when it fired, or did not come to it. */
export const evolvePending = (event: GuardedEvent<typeof isPendingEvent>): PendingAlert | undefined => {
  if (event.type !== 'AlertPending') return undefined;
  const { alertId, rule, scope, key, severity, reason, dueAtMs, at } = event.data;
  return { alertId, rule, scope, key, severity, sinceMs: at, dueAtMs, reason };
};
