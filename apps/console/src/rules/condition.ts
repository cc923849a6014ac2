import { lengthOf } from '../time/moments.js';
import { words } from '../ui/words.js';
import type { RuleShown } from './rules-document.js';

type Condition = Pick<RuleShown, 'signal' | 'percentile' | 'comparison' | 'threshold' | 'window' | 'for'>;

/** A threshold in the unit of its signal, as the evidence of an alert says it. */
const LIMITS: Readonly<Record<RuleShown['signal'], (threshold: number) => string>> = {
  affected_customers: (threshold) => `${threshold} customers`,
  burn_rate: (threshold) => `${threshold} times what the objective allows`,
  customer_error_rate_spike: (threshold) => `${threshold} %`,
  customer_escalations: (threshold) => `${threshold} escalations`,
  customer_impact: (threshold) => `${threshold} points`,
  dollars_per_minute: (threshold) => `$${threshold}`,
  error_rate_spike: (threshold) => `${threshold} %`,
  excluded_share: (threshold) => `${threshold} %`,
  excluded_surge: (threshold) => `${threshold} %`,
  failing_regions: (threshold) => `${threshold} regions`,
  failure_rate: (threshold) => `${threshold} %`,
  latency: (threshold) => `${threshold} ms`,
  outcome_share: (threshold) => `${threshold} %`,
  restart_loops: (threshold) => `${threshold} restarts`,
  silent_share: (threshold) => `${threshold} %`,
  success_rate: (threshold) => `${threshold} %`,
  support_tickets: (threshold) => `${threshold} tickets`,
  traffic_change: (threshold) => `${threshold} %`,
};

/** Of a latency which percentile: p95 where the rule does not say. */
const SHARE_USUAL = 0.95;
const signalName = ({ signal, percentile }: Pick<Condition, 'signal' | 'percentile'>): string =>
  signal === 'latency' ? `latency p${Number((100 * (percentile ?? SHARE_USUAL)).toFixed(3))}` : words(signal);

/** When a rule fires: `latency p99 above 100 ms over 5 min, for 30 s`. */
export const conditionOf = ({ threshold, comparison, window, for: lasts, ...signal }: Condition): string =>
  `${signalName(signal)} ${comparison} ${LIMITS[signal.signal](threshold)} over ${lengthOf(window)}${lasts === 0 ? '' : `, for ${lengthOf(lasts)}`}`;
