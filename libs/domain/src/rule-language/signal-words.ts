import { RULE_WINDOW_MS_MAX, type RuleScope, type SignalName } from '#contracts';
import type { Signal } from '../signal/signal.js';
import { signalOf } from '../signal/signals.js';

/** A parameter that belongs to some signals. */
export type SignalParameter = 'percentile' | 'outcome' | 'tier' | 'objective' | 'short_window';

/** What may be written about a signal, beyond what the signal says of itself. */
interface WrittenSignal {
  /** Units of a value and how many of the signal's own each is; the first is the signal's own. '' = a bare number. */
  readonly units: Readonly<Record<string, number>>;
  readonly needs?: readonly SignalParameter[];
  readonly takes?: readonly SignalParameter[];
}

/** What may be written about a signal. */
export interface SignalWords extends WrittenSignal {
  readonly scopes: readonly RuleScope[];
  readonly windowMsMax: number;
  readonly highest: NonNullable<Signal['highest']>;
}

const PERCENT = { units: { '%': 1 } } as const;
const oneOf = (...units: readonly string[]) => ({ units: Object.fromEntries(units.map((unit) => [unit, 1])) });

const WRITTEN: Readonly<Record<SignalName, WrittenSignal>> = {
  success_rate: PERCENT,
  failure_rate: PERCENT,
  outcome_share: { ...PERCENT, needs: ['outcome'] },
  excluded_share: PERCENT,
  excluded_surge: PERCENT,
  latency: { units: { ms: 1, s: 1_000 }, needs: ['percentile'] },
  error_rate_spike: PERCENT,
  customer_error_rate_spike: PERCENT,
  customer_impact: oneOf('', 'points'),
  affected_customers: { ...oneOf('', 'customers'), takes: ['tier'] },
  dollars_per_minute: oneOf('$/min', '$', ''),
  failing_regions: oneOf('', 'regions'),
  silent_share: PERCENT,
  traffic_change: PERCENT,
  restart_loops: oneOf('', 'restarts'),
  support_tickets: oneOf('/min', ''),
  customer_escalations: oneOf('', 'escalations'),
  burn_rate: { ...oneOf('x', '×', ''), needs: ['objective'], takes: ['short_window'] },
};

/** The longest window of minutes: three days, as the slowest of the pairs of an objective needs. */
const MINUTES_WINDOW_MS_MAX = 3 * 86_400_000;

/** What may be written about a signal. */
export const wordsOf = (name: SignalName): SignalWords => {
  const { scopes, isOfMinutes, highest = {} } = signalOf(name);
  const windowMsMax = isOfMinutes === true ? MINUTES_WINDOW_MS_MAX : RULE_WINDOW_MS_MAX;
  return { ...WRITTEN[name], scopes, highest, windowMsMax };
};
