import { KEY_SEPARATOR, type Rule, type SignalName } from '#contracts';
import { impactScoreOf } from '../impact/impact.js';
import type { TickView } from '../rule/tick-view.js';
import { readCustomerImpact } from './customer-impact.js';
import { readErrorRateSpike } from './error-rate-spike.js';
import { readLatency } from './latency.js';
import type { Measure } from './measure.js';
import type { Signal, SignalPlace } from './signal.js';
import { readSuccessRate } from './success-rate.js';
import type { WindowPlace } from './window-reader.js';

const windowOf = ({ subject, windowMs, endSlot }: SignalPlace): WindowPlace => ({
  family: subject.scope,
  key: subject.key,
  windowMs,
  endSlot,
});

const successRate: Signal = {
  read: (place, view) => readSuccessRate(view.windows, windowOf(place)),
  describe: (rule, value) => ({
    found: `success ${value} %`,
    limit: `${rule.threshold} %`,
    title: `DNS success ${value} %`,
  }),
  digits: 2,
};

const percentileName = (rule: Rule): string => `p${Number((100 * (rule.percentile ?? 0.95)).toFixed(1))}`;

const latency: Signal = {
  read: (place, view) => readLatency(view.windows, windowOf(place), place.rule.percentile ?? 0.95),
  describe: (rule, value) => {
    const shown = `${percentileName(rule)} ${value === 'timeout' ? value : `${value} ms`}`;
    return { found: shown, limit: `${rule.threshold} ms`, title: `DNS latency ${shown}` };
  },
  digits: 2,
};

const errorRateSpike: Signal = {
  read: (place, view) => readErrorRateSpike(view.windows, windowOf(place), view.baseline),
  describe: (rule, value) => ({
    found: `failures ${value} % of the baseline`,
    limit: `${rule.threshold} %`,
    title: `DNS failures at ${value} % of normal`,
  }),
  digits: 0,
};

const customerImpact: Signal = {
  read: (place, view) => {
    const { subject, windowMs, endSlot } = place;
    const [release = '', region = ''] = subject.key.split(KEY_SEPARATOR);
    return readCustomerImpact(view.windows, windowOf(place), () =>
      impactScoreOf(
        subject.scope === 'fleet'
          ? view.affected.fleetByTier(windowMs, endSlot)
          : view.affected.cohortByTier(release, region, windowMs, endSlot),
      ),
    );
  },
  describe: (rule, value) => ({
    found: `impact score ${value}`,
    limit: `${rule.threshold}`,
    title: `Customer impact score ${value}`,
  }),
  digits: 2,
};

const SIGNALS: Partial<Record<SignalName, Signal>> = {
  success_rate: successRate,
  latency,
  error_rate_spike: errorRateSpike,
  customer_impact: customerImpact,
};

/** The signal of a name. */
export const signalOf = (name: SignalName): Signal => {
  const signal = SIGNALS[name];
  if (signal === undefined) throw new Error(`signal ${name} cannot be read`);
  return signal;
};

/** Reads a rule's signal. */
export const readSignal = (place: SignalPlace, view: TickView): Measure =>
  signalOf(place.rule.signal).read(place, view);
