import type { RuleScope } from '#contracts';
import { SLOT_WINDOW } from './outcome-scopes.js';
import { nodesOf } from './scope-nodes.js';
import { type Signal, UNKNOWN } from './signal.js';

const SCOPES: readonly RuleScope[] = ['fleet', 'region', 'pop', 'node', 'release', 'release_region'];

/**
 * Traffic in per cent of what is expected (100 = as expected): a drop is below, a surge above, as when the clients of a failed PoP come
 * to its neighbours. Expected is what each node did in the last five minutes and at this hour on earlier days, without what its
 * siblings do: a whole PoP that loses its clients shows. The last minutes soon are what is usual, so a change shows for some
 * two minutes, or for as long as an incident of the place is open. What Tocsin moved is expected of nobody, and may come to the
 * siblings, so that neither is a change.
 */
export const trafficChange: Signal = {
  about:
    'good and bad outcomes in per cent of what is expected of the nodes: 100 as expected, less is a drop, more a surge',
  unit: '% of expected',
  window: SLOT_WINDOW,
  noData: 'nothing is expected (no node has half a minute of history), or less than `outcomesMin` in the window',
  scopes: SCOPES,
  counts: 'outcomes',
  isOfFailures: false,
  read: ({ subject, rule, windowMs, endSlot }, view) => {
    if (!SCOPES.includes(subject.scope)) return UNKNOWN;
    let expected = 0;
    let [good, bad] = [0, 0];
    const nodes = nodesOf(subject, view);
    for (const { nodeId } of nodes) {
      const rate = view.rates.get(nodeId);
      if (rate === undefined) continue;
      const sum = view.windows.sum('node', nodeId, windowMs, endSlot);
      expected += (rate.ownPerS * windowMs) / 1_000;
      good += sum.good;
      bad += sum.bad;
    }
    const isKnown = expected > 0 && expected >= rule.outcomesMin;
    if (!isKnown) return { value: 'unknown', good, bad };
    const moved = (view.moved.perSTo(nodes) * windowMs) / 1_000;
    const explained = Math.min(Math.max(expected, good + bad), expected + moved);
    return { value: (100 * (good + bad)) / explained, good, bad };
  },
  describe: (rule, value) => ({
    found: `traffic ${value} % of what is expected`,
    limit: `${rule.threshold} %`,
    title: `DNS traffic at ${value} % of what is expected`,
  }),
  digits: 1,
};
