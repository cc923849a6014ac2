import type { SignalName } from '#contracts';
import type { TickView } from '../rule/tick-view.js';
import { affectedCustomers } from './affected-customers.js';
import { burnRate } from './burn-rate.js';
import { customerErrorRateSpike } from './customer-error-rate-spike.js';
import { customerEscalations } from './customer-escalations.js';
import { customerImpact } from './customer-impact.js';
import { dollarsPerMinute } from './dollars-per-minute.js';
import { errorRateSpike } from './error-rate-spike.js';
import { excludedShare } from './excluded-share.js';
import { excludedSurge } from './excluded-surge.js';
import { failingRegions } from './failing-regions.js';
import { failureRate } from './failure-rate.js';
import { latency } from './latency.js';
import type { Measure } from './measure.js';
import { outcomeShare } from './outcome-share.js';
import { restartLoops } from './restart-loops.js';
import type { Signal, SignalPlace } from './signal.js';
import { silentShare } from './silent-share.js';
import { successRate } from './success-rate.js';
import { supportTickets } from './support-tickets.js';
import { trafficChange } from './traffic-change.js';

/** Every signal, by the name that rules use. */
export const SIGNALS: Readonly<Record<SignalName, Signal>> = {
  success_rate: successRate,
  failure_rate: failureRate,
  outcome_share: outcomeShare,
  excluded_share: excludedShare,
  excluded_surge: excludedSurge,
  latency,
  error_rate_spike: errorRateSpike,
  customer_error_rate_spike: customerErrorRateSpike,
  customer_impact: customerImpact,
  affected_customers: affectedCustomers,
  dollars_per_minute: dollarsPerMinute,
  failing_regions: failingRegions,
  silent_share: silentShare,
  traffic_change: trafficChange,
  restart_loops: restartLoops,
  support_tickets: supportTickets,
  customer_escalations: customerEscalations,
  burn_rate: burnRate,
};

/** The signal of a name. */
export const signalOf = (name: SignalName): Signal => SIGNALS[name];

/** Reads a rule's signal. */
export const readSignal = (place: SignalPlace, view: TickView): Measure => SIGNALS[place.rule.signal].read(place, view);
