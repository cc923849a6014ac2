import { KEY_SEPARATOR, type Rule, type SignalName } from '#contracts';
import { impactScoreOf } from '../impact/impact.js';
import type { TickView } from '../rule/tick-view.js';
import { readCustomerImpact } from './customer-impact.js';
import { readErrorRateSpike } from './error-rate-spike.js';
import { readLatency } from './latency.js';
import type { Measure } from './measure.js';
import type { Signal, SignalPlace } from './signal.js';
import { readSuccessRate } from './success-rate.js';
import type { WindowPlace, WindowReader } from './window-reader.js';

/** The cell of a subject: regions, PoPs and releases are sums of cells, under a key of their own. */
const windowOf = ({ subject: { scope, key }, windowMs, endSlot }: SignalPlace): WindowPlace => {
  const family = scope === 'region' || scope === 'release' ? 'release_region' : scope === 'pop' ? 'node' : scope;
  return { family, key, windowMs, endSlot };
};

/** Windows in which the key of a subject is the sum of its cells; percentiles of sums are unknown. */
const windowsOf = ({ subject: { scope, key } }: SignalPlace, { windows, fleet }: TickView): WindowReader => {
  if (scope !== 'region' && scope !== 'release' && scope !== 'pop') return windows;
  const isOf = (cohort: string): boolean =>
    scope === 'region' ? cohort.endsWith(`${KEY_SEPARATOR}${key}`) : cohort.startsWith(`${key}${KEY_SEPARATOR}`);
  const keys =
    scope === 'pop'
      ? fleet.filter(({ pop }) => pop === key).map(({ nodeId }) => nodeId)
      : [...windows.keys('release_region')].filter(isOf);
  const sum: WindowReader['sum'] = (family, _, windowMs, endSlot) => {
    const total = { good: 0, bad: 0, excluded: 0, timeout: 0 };
    for (const each of keys.map((cell) => windows.sum(family, cell, windowMs, endSlot))) {
      total.good += each.good;
      total.bad += each.bad;
      total.excluded += each.excluded;
      total.timeout += each.timeout;
    }
    return total;
  };
  return { ...windows, sum, percentile: () => 'unknown' };
};

const successRate: Signal = {
  read: (place, view) => readSuccessRate(windowsOf(place, view), windowOf(place)),
  describe: (rule, value) => ({
    found: `success ${value} %`,
    limit: `${rule.threshold} %`,
    title: `DNS success ${value} %`,
  }),
  digits: 2,
};

const percentileName = (rule: Rule): string => `p${Number((100 * (rule.percentile ?? 0.95)).toFixed(1))}`;

const latency: Signal = {
  read: (place, view) => readLatency(windowsOf(place, view), windowOf(place), place.rule.percentile ?? 0.95),
  describe: (rule, value) => {
    const shown = `${percentileName(rule)} ${value === 'timeout' ? value : `${value} ms`}`;
    return { found: shown, limit: `${rule.threshold} ms`, title: `DNS latency ${shown}` };
  },
  digits: 2,
};

const errorRateSpike: Signal = {
  read: (place, view) => readErrorRateSpike(windowsOf(place, view), windowOf(place), view.baseline),
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
    return readCustomerImpact(windowsOf(place, view), windowOf(place), () =>
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
