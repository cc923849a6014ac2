import type { RuleScope } from '#contracts';

/** Every subject of which good and bad outcomes are told. */
export const OUTCOME_SCOPES: readonly RuleScope[] = [
  'fleet',
  'region',
  'pop',
  'node',
  'release',
  'release_region',
  'customer',
];
/** Subjects of which excluded outcomes, timeouts, latencies and outcomes by name are told too: sums of cohorts. */
export const COHORT_SCOPES: readonly RuleScope[] = ['fleet', 'region', 'release', 'release_region'];
/** Subjects for which hurt customers are looked for. */
export const CUSTOMER_SCOPES: readonly RuleScope[] = ['fleet', 'release_region'];

/** How the windows over slots are described. */
export const SLOT_WINDOW = 'sliding, 1 s to 5 min';
