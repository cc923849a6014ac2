import { event, type EventOf, type OnCallPlan, type Policy } from '#contracts';
import type { PolicySubject } from './policy.decide.js';

/** When an escalation of a test begins, ms. */
export const BEGUN_MS = 1_000_000;

/** Three levels of four, five and ten minutes, gone through twice. */
export const policyOf = (changes: Partial<Policy> = {}): Policy => ({
  policy: 'dns',
  levels: [
    { call: [{ schedule: 'primary' }], waitMs: 240_000 },
    { call: [{ schedule: 'secondary' }], waitMs: 300_000 },
    { call: [{ vp: true }], waitMs: 600_000 },
  ],
  repeats: 1,
  raises: [],
  acknowledgedForMs: 1_800_000,
  ...changes,
});

/** A plan of these policies and nobody. */
export const planOf = (...policies: readonly Policy[]): OnCallPlan => ({
  people: [],
  schedules: [],
  policies: [...policies],
});

/** A critical incident of one release in one region that hurts hardly anybody. */
export const subjectOf = (changes: Partial<PolicySubject> = {}): PolicySubject => ({
  severity: 'critical',
  priority: null,
  impactScore: 10,
  dollarsPerMinute: 5_000,
  rule: 'R17',
  regions: ['us-east'],
  services: ['dns'],
  ...changes,
});

/** An escalation that began. */
export const startedOf = (policy = policyOf(), level = 1): EventOf<'EscalationStarted'> =>
  event('EscalationStarted', {
    incidentId: 'in1',
    policy,
    level,
    because: 'policy dns',
    dueAtMs: BEGUN_MS + (policy.levels[level - 1]?.waitMs ?? 0),
    at: BEGUN_MS,
  });
