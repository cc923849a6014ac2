import { KEY_SEPARATOR } from '#contracts';
import type { Alert, Assessment } from '../alert/alert.js';
import { successPercent } from '../signal/success-rate.js';
import { cohortKey, type NodePresence } from './presence.js';
import { FLEET, type Rule, type Subject } from './rule.js';
import type { TickView } from './tick-view.js';

/** Over how long the former nodes must be well: more than three good windows, and none of it from before they changed. */
export const NODE_WINDOW_MS = 10_000;
/** Success, per cent, below which a node is bad; the same line as the rollback's trigger (R26). */
export const NODE_SUCCESS_MIN = 95;
/** Outcomes without which a node is not called healthy: one failure in ten would already make it bad. */
const NODE_OUTCOMES_MIN = 10;
/** Share of the former nodes that must be healthy elsewhere (as RR20's coverage). */
const FORMER_MIN = 0.8;

interface Former {
  readonly count: number;
  readonly moved: readonly NodePresence[];
}

const formerNodes = (release: string, region: string | undefined, view: TickView): Former => {
  const named = new Set<string>();
  const isThere = (node: { readonly region: string }): boolean => region === undefined || node.region === region;
  for (const node of view.deployed(release)) if (isThere(node)) named.add(node.nodeId);
  for (const node of view.nodes) {
    if (isThere(node) && (node.formerly.includes(release) || node.release === release)) named.add(node.nodeId);
  }
  const moved = [...named]
    .map((nodeId) => view.node(nodeId))
    .filter((node) => node !== undefined)
    .filter((node) => node.release !== release);
  return { count: named.size, moved };
};

const hasTraffic = ({ scope, key }: Subject, { windows }: TickView, endSlot: number): boolean => {
  const cohorts =
    scope === 'release_region'
      ? [key]
      : [...windows.keys('release_region')].filter((cohort) => cohort.startsWith(cohortKey(key, '')));
  return cohorts.some((cohort) => {
    const { good, bad } = windows.sum('release_region', cohort, NODE_WINDOW_MS, endSlot);
    return good + bad > 0;
  });
};

/**
 * The end of a cohort, or a release, that has left the fleet: the release gets no more traffic there, and at least 80 % of the nodes that
 * ran it report healthy on another release. That is evidence; silence alone is not, and leaves the alert unknown.
 */
export const readDeparture = (rule: Rule, subject: Subject, alert: Alert, view: TickView): Assessment | undefined => {
  if ((subject.scope !== 'release_region' && subject.scope !== 'release') || view.attendance(subject).live.length > 0)
    return undefined;
  const [release = '', region] = subject.key.split(KEY_SEPARATOR);
  const former = formerNodes(release, region, view);
  const { watermarkSlot } = view.attendance(FLEET);
  if (watermarkSlot === undefined || former.moved.length === 0 || watermarkSlot <= alert.firedSlot) return undefined;
  if (hasTraffic(subject, view, watermarkSlot)) return undefined;
  const sums = former.moved.map(({ nodeId }) => view.windows.sum('node', nodeId, NODE_WINDOW_MS, watermarkSlot));
  const healthy = sums.filter(
    ({ good, bad }) => good + bad >= NODE_OUTCOMES_MIN && successPercent(good, bad) >= NODE_SUCCESS_MIN,
  );
  if (healthy.length < FORMER_MIN * former.count) return undefined;
  const good = sums.reduce((sum, each) => sum + each.good, 0);
  const bad = sums.reduce((sum, each) => sum + each.bad, 0);
  const text = `${release} left ${region ?? 'the fleet'}: ${healthy.length} of ${former.count} former nodes are healthy on another release, success ${successPercent(good, bad).toFixed(2)} %`;
  const numbers = { value: null, threshold: rule.threshold, windowMs: NODE_WINDOW_MS, good, bad };
  const coverage = healthy.length / former.count;
  return {
    is: 'clear',
    reason: { rule: rule.name, signal: rule.signal, text, ...numbers, tick: view.tick, coverage, slot: watermarkSlot },
  };
};
