import { event, type Event } from '#contracts';
import { policyOf, startedOf } from '../escalation/escalation.fixture.js';
import { eventText } from './event-text.js';
import { postMortemOf } from './post-mortem.js';
import { happenedAt } from './post-mortem-source.js';

const OPENED_MS = 1_000_000;
const incidentId = 'in1';
const reason = {
  rule: 'R17',
  signal: 'success_rate',
  text: 'success 23 % < 99 %',
  value: 23,
  threshold: 99,
  windowMs: 60_000,
  good: 23,
  bad: 77,
  tick: 1,
  coverage: 1,
};
const impact = {
  affectedCustomers: 0,
  byTier: { tier1: 0, tier2: 0, tier3: 0 },
  score: 0,
  dollarsPerMinute: 0,
  top: [],
};
const opened = event('IncidentOpened', {
  incidentId,
  title: 'DNS',
  severity: 'critical',
  alertId: 'al1',
  rule: 'R17',
  scope: 'region',
  key: 'us-east',
  reason,
  impact,
  at: OPENED_MS,
});
const handed = event('IncidentHandedOver', {
  incidentId,
  by: 'alice',
  to: 'bob',
  note: 'yours',
  at: OPENED_MS + 5_000,
});

describe('answers in a post-mortem', () => {
  const told = (...events: readonly Event[]) =>
    postMortemOf({
      events: events.map((each) => ({ atMs: happenedAt(each, 0), actor: 'x', event: each })),
      deliveries: [],
    });

  it('whoever gives the incident to another has answered', () => {
    const late = event('IncidentAcknowledged', { incidentId, by: 'bob', note: '', at: OPENED_MS + 9_000 });
    expect(told(opened, handed, late)).toMatchObject({
      delays: { acknowledgeMs: 5_000 },
      acknowledgements: [
        { by: 'alice', note: 'handed over to bob: yours' },
        { by: 'bob', note: '' },
      ],
    });
    expect(told(opened)).toMatchObject({ delays: { acknowledgeMs: null }, acknowledgements: [] });
  });
});

describe('a sentence', () => {
  const at = OPENED_MS;
  const call = { incidentId, level: 2, round: 1, because: 'nobody answered', dueAtMs: at, at };
  const paused = { incidentId, state: 'acknowledged' as const, by: 'alice', untilMs: at, at };

  it.each([
    [handed, 'alice gave it to bob: yours'],
    [
      event('IncidentSnoozed', { incidentId, by: 'alice', untilMs: at, comment: 'busy', at }),
      'alice put it off until 1970-01-01T00:16:40.000Z: busy',
    ],
    [startedOf(policyOf()), 'level 1 was called: policy dns'],
    [event('EscalationAdvanced', call), 'level 2 was called, in round 2: nobody answered'],
    [event('EscalationRaised', call), 'level 2 was called at once: nobody answered'],
    [event('EscalationResumed', call), 'level 2 was called again: nobody answered'],
    [event('EscalationPaused', paused), 'nobody is called until 1970-01-01T00:16:40.000Z: acknowledged by alice'],
    [event('EscalationPaused', { ...paused, untilMs: null }), 'nobody is called any more: acknowledged by alice'],
    [
      event('EscalationExhausted', { incidentId, because: 'nobody answered', at }),
      'every channel was called, and nobody after that: nobody answered',
    ],
    [event('EscalationEnded', { incidentId, because: 'over', at }), 'nobody is called any more: over'],
    [event('AlertResolutionRequested', { alertId: 'al1', by: 'ann', at }), 'ann said that alert al1 is over'],
    [
      event('AlertResolutionRequested', { alertId: 'al1', by: 'ann', comment: 'the provider fixed it', at }),
      'ann said that alert al1 is over: the provider fixed it',
    ],
    [
      event('IncidentCauseChanged', {
        incidentId,
        title: 'DNS fails in us-east',
        alertId: 'al2',
        rule: 'success',
        scope: 'region',
        key: 'us-east',
        reason,
        because: 'success on us-east explains latency on us-east',
        at,
      }),
      'alert al2 is its cause now: success on us-east explains latency on us-east; it is called: DNS fails in us-east',
    ],
    [
      event('IncidentUnmuted', { incidentId, alertId: 'al2', because: 'silence s-1 ended', at }),
      'its page, which was held back, leaves: silence s-1 ended',
    ],
  ])('of an answer, of a cause, of a step of an escalation, or of who ends an alert (%#)', (told, words) => {
    expect(eventText(told)).toBe(words);
  });
});
