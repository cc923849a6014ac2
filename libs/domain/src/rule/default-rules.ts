import { type Rule, ruleOf } from '#contracts';

/**
 * The rule pack that is active at first start. R17-R19 are the study's monitoring rules, R26-R28 its rollback triggers in the
 * order it lists them; the numbers are the study's. Windows are sliding on 1 s slots, without `for` (C4).
 */
export const DEFAULT_RULES: readonly Rule[] = [
  // R17: success < 99 % over 1 minute pages.
  ruleOf({
    name: 'dns_resolution_success_rate',
    signal: 'success_rate',
    comparison: 'below',
    threshold: 99,
    windowMs: 60_000,
    severity: 'critical',
  }),
  // R18: impact score > 1000 over 2 minutes pages; 11 tier-1 customers suffice (C1).
  ruleOf({
    name: 'customer_impact_score',
    signal: 'customer_impact',
    comparison: 'above',
    threshold: 1_000,
    windowMs: 120_000,
    severity: 'critical',
  }),
  // R19: p95 > 100 ms over 5 minutes warns; a p95 that is a timeout breaches too.
  ruleOf({
    name: 'dns_query_latency',
    signal: 'latency',
    comparison: 'above',
    threshold: 100,
    windowMs: 300_000,
    severity: 'warning',
    percentile: 0.95,
  }),
  // R26: success < 95 % over 2 minutes rolls back.
  ruleOf({
    name: 'rollback_success_rate',
    signal: 'success_rate',
    comparison: 'below',
    threshold: 95,
    windowMs: 120_000,
    severity: 'critical',
    rollbackOrder: 1,
  }),
  // R27: impact score > 500 over 1 minute rolls back; 6 tier-1 customers suffice (C1).
  ruleOf({
    name: 'rollback_customer_impact',
    signal: 'customer_impact',
    comparison: 'above',
    threshold: 500,
    windowMs: 60_000,
    severity: 'critical',
    rollbackOrder: 2,
  }),
  // R28: failures > 1000 % of the trailing baseline over 30 s roll back (C7).
  ruleOf({
    name: 'rollback_error_rate_spike',
    signal: 'error_rate_spike',
    comparison: 'above',
    threshold: 1_000,
    windowMs: 30_000,
    severity: 'critical',
    // The least of an affected customer (C3), as C7 asks.
    outcomesMin: 50,
    rollbackOrder: 3,
  }),
];
