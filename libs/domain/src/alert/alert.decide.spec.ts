import { event, type Reason, ruleOf } from '#contracts';
import { given } from '#testing';
import { type Alert, type Assessment, evolveAlert } from './alert.js';
import { type AlertContext, decideAlert } from './alert.decide.js';
import { FLAP_CALM_MS } from './firings.js';
import type { PendingAlert } from './pending.js';

const rule = ruleOf({
  name: 'dns_resolution_success_rate',
  signal: 'success_rate',
  comparison: 'below',
  threshold: 99,
  windowMs: 60_000,
  severity: 'critical',
});
const subject = { scope: 'fleet', key: 'fleet' } as const;
const reason: Reason = {
  rule: rule.name,
  signal: rule.signal,
  text: 'success 80 % < 99 % over 1m',
  value: 80,
  threshold: 99,
  windowMs: 60_000,
  good: 80,
  bad: 20,
  tick: 4_000,
  coverage: 1,
  slot: 1_000,
};
const fired = event('AlertFired', { alertId: 'a1', rule: rule.name, ...subject, severity: 'critical', reason, at: 1 });
const unknown = event('AlertBecameUnknown', { alertId: 'a1', because: 'no node reports', at: 2 });
const decide =
  (assessment: Assessment, more: Partial<AlertContext> = {}) =>
  (alert: Alert | undefined) =>
    decideAlert(alert, assessment, { rule, subject, at: 9, newAlertId: () => 'a1', ...more });
const recovering = event('AlertRecovering', { alertId: 'a1', reason, untilMs: 9, at: 3 });
const pending: PendingAlert = {
  ...subject,
  alertId: 'p1',
  rule: rule.name,
  severity: 'critical',
  sinceMs: 1,
  dueAtMs: 9,
  reason,
};

const BREACHED: Assessment = { is: 'breached', reason };
const CLEAR: Assessment = { is: 'clear', reason };
const UNKNOWN: Assessment = { is: 'unknown', because: 'no node reports' };

describe('an alert', () => {
  it('R17: inactive, breached: fires', () => {
    given(evolveAlert)
      .when(decide(BREACHED))
      .thenEvents(event('AlertFired', { ...fired.data, at: 9 }));
  });
  it.each([CLEAR, UNKNOWN, { is: 'undecided' } as const])('inactive, $is: stays so', (assessment) => {
    given(evolveAlert).when(decide(assessment)).thenNothing();
  });
  it('firing, breached: says nothing twice', () => {
    given(evolveAlert, fired).when(decide(BREACHED)).thenNothing();
  });
  it('B4: firing, no data: unknown, once', () => {
    given(evolveAlert, fired)
      .when(decide(UNKNOWN))
      .thenEvents(event('AlertBecameUnknown', { ...unknown.data, at: 9 }));
    given(evolveAlert, fired, unknown).when(decide(UNKNOWN)).thenNothing();
  });
  it('unknown, breached: the same episode goes on', () => {
    given(evolveAlert, fired, unknown)
      .when(decide(BREACHED))
      .thenEvents(event('AlertResumed', { alertId: 'a1', reason, at: 9 }));
  });
  it('firing or unknown, clear: resolves', () => {
    const resolved = event('AlertResolved', { alertId: 'a1', reason, at: 9 });
    given(evolveAlert, fired).when(decide(CLEAR)).thenEvents(resolved);
    given(evolveAlert, fired, unknown).when(decide(CLEAR)).thenEvents(resolved);
    given(evolveAlert, fired, resolved).when(decide(CLEAR)).thenNothing();
  });

  it('inactive, breached, with `for`: pending, and fires under that id when it is due', () => {
    const held = { ...rule, forMs: 5 };
    given(evolveAlert)
      .when(decide(BREACHED, { rule: held }))
      .thenEvents(event('AlertPending', { ...fired.data, dueAtMs: 14, at: 9 }));
    given(evolveAlert)
      .when(decide(BREACHED, { rule: held, pending, at: 8 }))
      .thenNothing();
    given(evolveAlert)
      .when(decide(BREACHED, { rule: held, pending }))
      .thenTypes('AlertFired');
    given(evolveAlert)
      .when(decide({ is: 'undecided' }, { rule: held, pending }))
      .thenEvents(event('AlertPendingEnded', { alertId: 'p1', because: 'the condition does not hold', at: 9 }));
  });
  it('B2: firing, clear, with time to keep: recovering, until that time and not by undecided windows', () => {
    given(evolveAlert, fired)
      .when(decide(CLEAR, { rule: { ...rule, keepFiringForMs: 5 } }))
      .thenEvents(event('AlertRecovering', { alertId: 'a1', reason, untilMs: 14, at: 9 }));
    given(evolveAlert, fired, recovering)
      .when(decide(CLEAR, { at: 8 }))
      .thenNothing();
    given(evolveAlert, fired, recovering)
      .when(decide({ is: 'undecided' }))
      .thenNothing();
    given(evolveAlert, fired, recovering).when(decide(CLEAR)).thenTypes('AlertResolved');
  });
  it('recovering, breached: the same episode; no data: unknown, and its time begins anew', () => {
    given(evolveAlert, fired, recovering).when(decide(BREACHED)).thenTypes('AlertResumed');
    given(evolveAlert, fired, recovering).when(decide(UNKNOWN)).thenTypes('AlertBecameUnknown');
    given(evolveAlert, fired, recovering, unknown)
      .when(decide(CLEAR, { rule: { ...rule, keepFiringForMs: 5 } }))
      .thenEvents(event('AlertRecovering', { alertId: 'a1', reason, untilMs: 14, at: 9 }));
  });
  it('fires for the third time: says so, and must be calm for long', () => {
    given(evolveAlert)
      .when(decide(BREACHED, { flapping: () => 3 }))
      .thenEvents(event('AlertFired', { ...fired.data, flapping: 3, at: 9 }));
    given(evolveAlert, event('AlertFired', { ...fired.data, flapping: 3 }))
      .when(decide(CLEAR))
      .thenEvents(event('AlertRecovering', { alertId: 'a1', reason, untilMs: 9 + FLAP_CALM_MS, at: 9 }));
  });
});
