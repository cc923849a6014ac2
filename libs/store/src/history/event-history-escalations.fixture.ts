import { event, type Policy, streamOf } from '#contracts';
import { type Chapter, HISTORY_AT_MS as T, impactOf, reasonOf } from './event-history-parts.fixture.js';

const policy: Policy = {
  policy: 'default',
  levels: [{ call: [{ channel: 'pagerduty' }], waitMs: 240_000 }],
  repeats: 0,
  raises: [],
  acknowledgedForMs: 600_000,
};

const started = (incidentId: string) =>
  event('EscalationStarted', { incidentId, policy, level: 1, because: 'policy', dueAtMs: T + 9_000, at: T });
const paused = (incidentId: string) =>
  event('EscalationPaused', { incidentId, state: 'acknowledged', by: 'a', untilMs: T + 29_000, at: T + 15_000 });
const opened = (incidentId: string) =>
  event('IncidentOpened', {
    incidentId,
    title: 'success of the fleet',
    severity: 'critical',
    alertId: 'al3',
    rule: 'R17',
    scope: 'fleet',
    key: 'fleet',
    reason: reasonOf(80),
    impact: impactOf(10),
    at: T,
  });

/** Escalations, each left in another state, and what people did with incidents. */
export const escalationsChapter: Chapter = [
  [
    streamOf.escalation('esc1'),
    0,
    [
      started('esc1'),
      event('EscalationAdvanced', { incidentId: 'esc1', level: 2, round: 0, because: 'late', dueAtMs: T, at: T }),
      paused('esc1'),
      event('EscalationResumed', { incidentId: 'esc1', level: 2, round: 0, because: 'a', dueAtMs: T, at: T }),
      event('EscalationEnded', { incidentId: 'esc1', because: 'resolved', at: T + 35_000 }),
    ],
  ],
  [
    streamOf.escalation('esc2'),
    0,
    [
      started('esc2'),
      event('EscalationRaised', { incidentId: 'esc2', level: 3, round: 0, because: 'worse', dueAtMs: T, at: T }),
      event('EscalationExhausted', { incidentId: 'esc2', because: 'nobody', at: T + 8_000 }),
    ],
  ],
  [streamOf.escalation('esc3'), 0, [started('esc3'), paused('esc3')]],
  [
    streamOf.incident('esc4'),
    0,
    [
      opened('esc4'),
      event('IncidentAcknowledged', { incidentId: 'esc4', by: 'user:alice', note: '', at: T + 80_000 }),
      event('IncidentHandedOver', { incidentId: 'esc4', by: 'user:alice', to: 'bob', note: '', at: T + 81_000 }),
      event('IncidentSnoozed', { incidentId: 'esc4', by: 'bob', untilMs: T + 99_000, comment: 'x', at: T + 82_000 }),
      event('IncidentNoted', { incidentId: 'esc4', by: 'bob', text: 'packet loss', at: T + 83_000 }),
    ],
  ],
];
