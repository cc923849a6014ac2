import { type Event, event, type EventData, type Reason } from '#contracts';
import { postMortemMarkdown } from './post-mortem-markdown.js';
import { postMortemOf } from './post-mortem.js';
import type { ReportedEvent } from './post-mortem-source.js';

const T = Date.UTC(2021, 6, 22, 11, 47);
const MINUTE_MS = 60_000;
const reason: Reason = {
  rule: 'R14',
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

const impact = (affectedCustomers: number): EventData<'IncidentOpened'>['impact'] => ({
  affectedCustomers,
  byTier: { tier1: affectedCustomers, tier2: 0, tier3: 0 },
  score: 100 * affectedCustomers,
  dollarsPerMinute: 50_000 * affectedCustomers,
  top: [],
});

const at = (minute: number, told: Event): ReportedEvent => ({
  atMs: T + minute * MINUTE_MS,
  actor: 'rules',
  event: told,
});
const opened = (customers: number): ReportedEvent =>
  at(
    0,
    event('IncidentOpened', {
      incidentId: 'in1',
      title: 'success 23 % < 99 %',
      severity: 'critical',
      alertId: 'al1',
      rule: 'R14',
      scope: 'fleet',
      key: 'fleet',
      reason,
      impact: impact(customers),
      onsetAt: T,
      at: T,
    }),
  );
const changed = (minute: number, customers: number): ReportedEvent =>
  at(
    minute,
    event('IncidentImpactChanged', { incidentId: 'in1', impact: impact(customers), at: T + minute * MINUTE_MS }),
  );
const completed = (minute: number): ReportedEvent =>
  at(minute, event('RollbackCompleted', { rollbackId: 'rb1', because: 'all waves', at: T + minute * MINUTE_MS }));

const mortemOf = (...events: readonly ReportedEvent[]) => {
  const mortem = postMortemOf({ events, deliveries: [] });
  if (mortem === undefined) throw new Error('nothing opened');
  return mortem;
};

describe('a post-mortem', () => {
  it.each([
    ['nobody is hurt any more', [opened(3), completed(4), changed(5, 0)], 5, 'nobody hurt any more'],
    ['customers are still hurt', [opened(3), completed(4), changed(5, 1)], null, 'nobody hurt any more'],
    ['nobody was counted', [opened(0), completed(4)], 4, 'rollback complete'],
  ] as const)('B21: the rollback ends what hurt only where nobody was counted: %s', (_case, events, minutes, words) => {
    const mortem = mortemOf(...events);
    expect(mortem.delays.mitigateMs).toBe(minutes === null ? null : minutes * MINUTE_MS);
    expect(postMortemMarkdown(mortem)).toContain(`| TTM | first failure | ${words} |`);
  });

  it.each([
    event('AlertResumed', { alertId: 'al1', reason, at: T }),
    event('AlertRecovering', { alertId: 'al1', reason, untilMs: T, at: T }),
    event('AlertResolved', { alertId: 'al1', reason, at: T }),
    event('AlertWithdrawn', { alertId: 'al1', because: 'the rule is gone', at: T }),
  ])('B21: an alert that could not be judged is, or is over: $type', (again) => {
    const unknown = event('AlertBecameUnknown', { alertId: 'al1', because: 'no telemetry', at: T });
    const mortem = mortemOf(opened(1), at(1, unknown), at(3, again));
    expect(mortem.unknown).toMatchObject([{ fromMs: T + MINUTE_MS, untilMs: T + 3 * MINUTE_MS, alertIds: ['al1'] }]);
  });
});
