import { TICK_MS } from '#contracts';
import { type Clock, gaugeOf, type HistogramFamily, type Meters, RELOADED } from '#runtime';
import type { RuleSetRepository } from '#store';
import type { RuleLoader } from './rule-loader.js';
import type { RulesConsumer } from './rules.consumer.js';

const LAG = gaugeOf('tocsin_rules_tick_lag_seconds', 'How long ago the tick began that the rules decide next.');
const NEXT = gaugeOf('tocsin_rules_next_tick', 'The number of the tick that the rules decide next.');
const LOADED = gaugeOf('tocsin_rules_loaded', 'Rules of the set that was loaded last, as the database has it.');
const AHEAD = gaugeOf(
  'tocsin_rules_ahead',
  'Whether ticks are decided in memory alone, since the database does not answer.',
);
const TOOK: HistogramFamily<never> = {
  kind: 'histogram',
  name: 'tocsin_rules_tick_seconds',
  help: 'Time to decide a tick, with reading what was appended since and recording what was decided.',
  labels: [],
  seriesMax: 1,
  // A tick comes each 0.25 s; beyond 2.5 s rules go on without the database.
  buckets: [0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 1, 2.5],
};

/** What the meters of the rules ask. */
export interface MeteredRules {
  readonly consumer: Pick<RulesConsumer, 'nextTick' | 'isAhead'>;
  readonly loader: Pick<RuleLoader, 'refused'>;
  readonly ruleSets: Pick<RuleSetRepository, 'latest'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** A meter of ticks; takes ms. */
export const tickMeter = (meters: Meters): ((tookMs: number) => void) => {
  const took = meters.histogram(TOOK);
  return (tookMs) => took({}, tookMs / 1_000);
};

/** Adds how far the rules are, and by what they decide. */
export const meterRules = (meters: Meters, { consumer, loader, ruleSets, clock }: MeteredRules): void => {
  meters.add(LAG, () => {
    const tick = consumer.nextTick();
    return tick === undefined ? undefined : Math.max(0, clock.nowMs() - tick * TICK_MS) / 1_000;
  });
  meters.add(NEXT, () => consumer.nextTick());
  meters.add(AHEAD, () => (consumer.isAhead() ? 1 : 0));
  meters.add(LOADED, async () => (await ruleSets.latest())?.ruleSet.rules.length ?? 0);
  meters.add(RELOADED, () => [{ labels: { config: 'rules' }, value: loader.refused() === undefined ? 1 : 0 }]);
};
