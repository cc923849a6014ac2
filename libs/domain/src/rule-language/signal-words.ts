import type { RuleScope, SignalName } from '#contracts';
import { RULE_WINDOW_MS_MAX, RULE_SCOPES } from '#contracts';

/** A parameter that belongs to one signal. */
export type SignalParameter = 'percentile' | 'outcome' | 'tier' | 'objective' | 'short_window';

/** What may be written about a signal. */
export interface SignalWords {
  /** Units of a value and how many of the signal's own each is; the first is the signal's own. '' = a bare number. */
  readonly units: Readonly<Record<string, number>>;
  /** For what it can be read. */
  readonly scopes: readonly RuleScope[];
  readonly needs: readonly SignalParameter[];
  readonly takes: readonly SignalParameter[];
  readonly windowMsMax: number;
  /** The share of outcomes that fail at a value, 0..1, where the value says it: what the sequential test can speak for. */
  readonly failingShare?: (value: number) => number;
}

const PERCENT = { '%': 1 } as const;
/** The longest window of a burn rate: three days, as the slowest of the pairs of an objective needs. */
const BURN_WINDOW_MS_MAX = 3 * 86_400_000;

const words = (
  units: SignalWords['units'],
  scopes: readonly RuleScope[],
  rest: Partial<Omit<SignalWords, 'units' | 'scopes'>> = {},
): SignalWords => ({ units, scopes, needs: [], takes: [], windowMsMax: RULE_WINDOW_MS_MAX, ...rest });

/** Of what all counts and latencies are told: sums of cohorts. */
const COHORTS: readonly RuleScope[] = ['fleet', 'region', 'release', 'release_region'];
/** Within what hurt customers are looked for. */
const CUSTOMERS: readonly RuleScope[] = ['fleet', 'release_region'];

/** What may be written about each signal. */
export const SIGNAL_WORDS: Readonly<Record<SignalName, SignalWords>> = {
  success_rate: words(PERCENT, RULE_SCOPES, { failingShare: (value) => 1 - value / 100 }),
  failure_rate: words(PERCENT, RULE_SCOPES, { failingShare: (value) => value / 100 }),
  outcome_share: words(PERCENT, COHORTS, { needs: ['outcome'] }),
  excluded_share: words(PERCENT, COHORTS),
  excluded_surge: words(PERCENT, COHORTS),
  latency: words({ ms: 1, s: 1_000 }, COHORTS, { needs: ['percentile'] }),
  error_rate_spike: words(PERCENT, RULE_SCOPES),
  customer_error_rate_spike: words(PERCENT, CUSTOMERS),
  customer_impact: words({ '': 1, points: 1 }, CUSTOMERS),
  affected_customers: words({ '': 1, customers: 1 }, CUSTOMERS, { takes: ['tier'] }),
  dollars_per_minute: words({ '$/min': 1, $: 1, '': 1 }, CUSTOMERS),
  failing_regions: words({ '': 1, regions: 1 }, ['fleet']),
  silent_share: words(PERCENT, ['fleet', 'region', 'pop', 'release']),
  traffic_change: words(PERCENT, RULE_SCOPES),
  restart_loops: words(
    { '': 1, restarts: 1 },
    RULE_SCOPES.filter((scope) => scope !== 'customer'),
  ),
  support_tickets: words({ '/min': 1, '': 1 }, ['fleet']),
  customer_escalations: words({ '': 1, escalations: 1 }, ['fleet', 'customer']),
  burn_rate: words({ x: 1, '×': 1, '': 1 }, COHORTS, {
    needs: ['objective'],
    takes: ['short_window'],
    windowMsMax: BURN_WINDOW_MS_MAX,
  }),
};
