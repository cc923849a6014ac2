import { event, type Event, type Reason, streamOf } from '#contracts';
import { NOW_MS } from './api.fixture.js';

/** Why the alert of the customers fired. */
export const hurtReason: Reason = {
  rule: 'customer_impact',
  signal: 'customer_impact',
  text: 'score 11,000 > 1,000',
  value: 11_000,
  threshold: 1_000,
  windowMs: 60_000,
  good: 1,
  bad: 99,
  tick: 1,
  coverage: 1,
};
const impact = {
  affectedCustomers: 1_200,
  byTier: { tier1: 100, tier2: 100, tier3: 1_000 },
  score: 11_000,
  dollarsPerMinute: 200_000,
  top: [],
};
/** What it is about. */
export const hurtSubject = { rule: hurtReason.rule, scope: 'fleet', key: 'fleet', severity: 'critical' } as const;
const told = { alertId: 'al9', ...hurtSubject, reason: hurtReason, at: NOW_MS - 9_000 };

/** Alert al9 and incident in9, so large that what rails refuse may be opened for it; beside the story. */
export const HURT_CUSTOMERS: readonly (readonly [stream: string, ...events: readonly Event[]])[] = [
  [streamOf.alert('al9'), event('AlertFired', told)],
  [streamOf.incident('in9'), event('IncidentOpened', { ...told, incidentId: 'in9', title: 'customers', impact })],
];
