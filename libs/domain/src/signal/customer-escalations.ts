import { detailOf, NAMED_MAX, withDetail } from './measure.js';
import { type Signal, UNKNOWN } from './signal.js';

/**
 * Customer escalations that are open (R34), from the events of their streams: one that was opened hours ago is open after a restart.
 * Nobody escalating is zero; there is no window.
 */
export const customerEscalations: Signal = {
  about: 'customer escalations that are open, from `customer_escalation` signals; the detail names the customers',
  unit: 'escalations',
  window: 'none: all that are open at the tick',
  noData: 'never: without an escalation it is 0',
  scopes: ['fleet', 'customer'],
  counts: 'nothing',
  isOfFailures: false,
  read: ({ subject: { scope, key } }, view) => {
    if (scope !== 'fleet' && scope !== 'customer') return UNKNOWN;
    const open = [...view.escalations.values()].filter(
      ({ state, customerId }) => state === 'open' && (scope === 'fleet' || customerId === key),
    );
    const named = open
      .toSorted((a, b) => a.openedAtMs - b.openedAtMs || (a.escalationId < b.escalationId ? -1 : 1))
      .slice(0, NAMED_MAX)
      .map(({ escalationId, customerId }) => `${customerId} (${escalationId})`);
    return withDetail({ value: open.length, good: 0, bad: open.length }, detailOf(open.length, 'escalations', named));
  },
  describe: (rule, value) => ({
    found: `${value} customer escalations`,
    limit: `${rule.threshold}`,
    title: `${value} customer escalations`,
  }),
  digits: 0,
};
