import { type RuleScope, TICK_MS } from '#contracts';
import { REMEMBERED_MAX } from '../presence/node-activity.js';
import { detailOf, NAMED_MAX, withDetail } from './measure.js';
import { nodesOf } from './scope-nodes.js';
import { type Signal, UNKNOWN } from './signal.js';

const SCOPES: readonly RuleScope[] = ['fleet', 'region', 'pop', 'node', 'release', 'release_region'];

/**
 * Restarts of DNS servers within the window (R61: three in five minutes are a loop), from heartbeats and crash reports, each counted
 * once. `bad` is the nodes that restarted, `good` the others. A node's restarts count for what it runs now.
 */
export const restartLoops: Signal = {
  about: 'restarts of DNS servers in the window; the detail names the nodes',
  unit: 'restarts',
  window: 'sliding, up to 5 min of log time; eight restarts of one node are remembered',
  noData: 'no node of the subject was heard of in the last five minutes',
  scopes: SCOPES,
  counts: 'nothing',
  isOfFailures: false,
  highest: { node: REMEMBERED_MAX },
  read: ({ subject, windowMs }, view) => {
    if (!SCOPES.includes(subject.scope)) return UNKNOWN;
    const nodes = nodesOf(subject, view);
    if (nodes.length === 0) return UNKNOWN;
    const since = view.activity.clockAt(view.tick) - windowMs / TICK_MS;
    const restarted = nodes
      .map(({ nodeId, restarts }) => ({ nodeId, restarts: restarts.filter(({ tick }) => tick > since).length }))
      .filter(({ restarts }) => restarts > 0)
      .toSorted((a, b) => b.restarts - a.restarts || (a.nodeId < b.nodeId ? -1 : 1));
    const value = restarted.reduce((sum, { restarts }) => sum + restarts, 0);
    const named = restarted.slice(0, NAMED_MAX).map(({ nodeId, restarts }) => `${nodeId} (${restarts})`);
    const counts = { good: nodes.length - restarted.length, bad: restarted.length };
    return withDetail({ value, ...counts }, detailOf(restarted.length, 'nodes', named));
  },
  describe: (rule, value) => ({
    found: `${value} restarts`,
    limit: `${rule.threshold}`,
    title: `${value} restarts of DNS servers`,
  }),
  digits: 0,
};
