import { type Event, event } from '#contracts';
import type { AlertSubject, Rule } from '../rule/rule.js';
import type { Alert, Assessment } from './alert.js';

/** What a decision about an alert needs beside its state. */
export interface AlertContext {
  readonly rule: Pick<Rule, 'name' | 'severity'>;
  readonly subject: AlertSubject;
  /** Log time of the tick. */
  readonly at: number;
  /** The id of an episode that would begin now. */
  readonly newAlertId: () => string;
}

/** What an assessment changes about an alert; see the states of `Alert`. */
export const decideAlert = (
  alert: Alert | undefined,
  assessment: Assessment,
  { rule, subject, at, newAlertId }: AlertContext,
): readonly Event[] => {
  if (alert === undefined) {
    if (assessment.is !== 'breached') return [];
    const { severity, name } = rule;
    const { reason } = assessment;
    const { scope, key } = subject;
    return [event('AlertFired', { alertId: newAlertId(), rule: name, scope, key, severity, reason, at })];
  }
  const { alertId } = alert;
  switch (assessment.is) {
    case 'clear':
      return [event('AlertResolved', { alertId, reason: assessment.reason, at })];
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
