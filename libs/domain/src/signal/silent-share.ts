import type { RuleScope } from '#contracts';
import { silentGroups } from '../presence/silent-groups.js';
import { type Signal, UNKNOWN } from './signal.js';

const SCOPES: readonly RuleScope[] = ['fleet', 'region', 'pop', 'release'];

/**
 * The share of the inventory that is silent or down (R9), as the presence of nodes has it: 100 × silent / expected. A node that never
 * reported is expected and not silent. `bad` is silent nodes, `good` those that report.
 */
export const silentShare: Signal = {
  about: 'nodes that are silent or down, of those of the inventory and those ever heard of',
  unit: '%',
  window: 'none: as presence has it at the tick (silences of some seconds count)',
  noData: 'no node of the subject is known',
  scopes: SCOPES,
  counts: 'nothing',
  isOfFailures: false,
  read: ({ subject: { scope, key } }, view) => {
    if (!SCOPES.includes(scope)) return UNKNOWN;
    const { silent, live, expected } = silentGroups(view).find({ scope, key });
    return { value: expected === 0 ? 'unknown' : (100 * silent) / expected, good: live, bad: silent };
  },
  describe: (rule, value) => ({
    found: `silent nodes ${value} %`,
    limit: `${rule.threshold} %`,
    title: `Silent DNS nodes ${value} %`,
  }),
  digits: 1,
};
