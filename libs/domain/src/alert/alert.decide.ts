import { type Event, event, type Reason } from '#contracts';
import type { AlertSubject, Rule } from '../rule/rule.js';
import type { Alert, Assessment } from './alert.js';
import { tellingOf } from './annotations.js';
import { FLAP_CALM_MS } from './firings.js';
import type { PendingAlert } from './pending.js';

type Timed = Partial<Pick<Rule, 'forMs' | 'keepFiringForMs' | 'labels' | 'annotations' | 'runbook'>>;

/** What a decision about an alert needs beside its state. */
export interface AlertContext {
  readonly rule: Pick<Rule, 'name' | 'severity'> & Timed;
  readonly subject: AlertSubject;
  /** Log time of the tick. */
  readonly at: number;
  /** The id of an episode that would begin now. */
  readonly newAlertId: () => string;
  /** The condition that holds already, where the rule must hold for a while. */
  readonly pending?: PendingAlert | undefined;
  /** The how many-th firing of its key it would be, where that is too many. */
  readonly flapping?: () => number | undefined;
  /** Whether it is late data that breaches. */
  readonly isLate?: boolean;
  /** The key of whoever sent it, where it is of another system. */
  readonly sender?: string | undefined;
}

const BECAUSE_MAX = 500;

const fire = (alertId: string, reason: Reason, context: AlertContext): Event => {
  const { rule, subject, at } = context;
  const { scope, key } = subject;
  const flapping = context.flapping?.();
  const telling = {
    ...tellingOf(rule, reason, subject),
    ...(flapping !== undefined && { flapping }),
    ...(context.isLate === true && { isLate: true }),
    ...(context.sender !== undefined && { sender: context.sender }),
  };
  return event('AlertFired', { alertId, rule: rule.name, scope, key, severity: rule.severity, reason, ...telling, at });
};

const whyNot = (assessment: Assessment): string => {
  if (assessment.is === 'unknown') return assessment.because;
  return assessment.is === 'clear' ? assessment.reason.text : 'the condition does not hold';
};

const decidePending = (assessment: Assessment, context: AlertContext): readonly Event[] => {
  const { rule, subject, at, pending, newAlertId } = context;
  const { forMs = 0, name, severity } = rule;
  if (assessment.is !== 'breached') {
    if (pending === undefined) return [];
    return [event('AlertPendingEnded', { alertId: pending.alertId, because: whyNot(assessment), at })];
  }
  const { reason } = assessment;
  if (pending !== undefined)
    return at < pending.dueAtMs ? [] : [fire(pending.alertId, held(reason, pending, at), context)];
  if (forMs === 0) return [fire(newAlertId(), reason, context)];
  const { scope, key } = subject;
  const dueAtMs = at + forMs;
  return [event('AlertPending', { alertId: newAlertId(), rule: name, scope, key, severity, reason, dueAtMs, at })];
};

const held = (reason: Reason, { sinceMs }: PendingAlert, at: number): Reason => ({
  ...reason,
  text: `${reason.text}, for ${(at - sinceMs) / 1_000}s`.slice(0, BECAUSE_MAX),
});

const decideClear = (alert: Alert, reason: Reason, { rule, at }: AlertContext): readonly Event[] => {
  const { alertId } = alert;
  const keepMs = Math.max(rule.keepFiringForMs ?? 0, alert.isFlapping ? FLAP_CALM_MS : 0);
  const untilMs = alert.untilMs ?? at + keepMs;
  if (at >= untilMs) return [event('AlertResolved', { alertId, reason, at })];
  return alert.state === 'recovering' ? [] : [event('AlertRecovering', { alertId, reason, untilMs, at })];
};

/** What an assessment changes about an alert; see the states of `Alert`. */
export const decideAlert = (
  alert: Alert | undefined,
  assessment: Assessment,
  context: AlertContext,
): readonly Event[] => {
  if (alert === undefined) return decidePending(assessment, context);
  const { alertId } = alert;
  const { at } = context;
  switch (assessment.is) {
    case 'clear':
      return decideClear(alert, assessment.reason, context);
    case 'unknown':
      if (alert.state === 'unknown') return [];
      return [event('AlertBecameUnknown', { alertId, because: assessment.because, at })];
    case 'breached':
      if (alert.state === 'firing') return [];
      return [event('AlertResumed', { alertId, reason: assessment.reason, at })];
    case 'undecided':
      return [];
  }
};
