import { event, type Reason, ruleOf } from '#contracts';
import { given } from '#testing';
import { type Alert, type Assessment, evolveAlert } from './alert.js';
import { decideAlert } from './alert.decide.js';

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
const decide = (assessment: Assessment) => (alert: Alert | undefined) =>
  decideAlert(alert, assessment, { rule, subject, at: 9, newAlertId: () => 'a1' });

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
});
