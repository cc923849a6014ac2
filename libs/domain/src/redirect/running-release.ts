import { type Release, releaseName } from '#contracts';
import type { Rollout } from '../rollout/rollout.js';
import type { TickView } from '../rule/tick-view.js';

/** Where no rollout names the service. */
const SERVICE = 'dns';

/** What most of some nodes run, by name among equals; `name+revision` taken apart again. */
export const runningRelease = (nodeIds: readonly string[], view: TickView): Release | undefined => {
  const counts = new Map<string, number>();
  for (const nodeId of nodeIds) {
    const release = view.node(nodeId)?.release;
    if (release !== undefined) counts.set(release, (counts.get(release) ?? 0) + 1);
  }
  const [most] = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const [softwareVersion, configRev] = most?.[0].split('+') ?? [];
  return softwareVersion === undefined || configRev === undefined ? undefined : { softwareVersion, configRev };
};

const hasAny = (nodes: ReadonlySet<string>, here: ReadonlySet<string>): boolean => {
  for (const nodeId of nodes) if (here.has(nodeId)) return true;
  return false;
};

/**
 * What the nodes run is of the service that put it there: of the rollouts that named one of them, the newest of their release; of
 * a release that no rollout brought, the newest of any.
 */
export const serviceOf = (nodeIds: readonly string[], release: Release, rollouts: Iterable<Rollout>): string => {
  const named = new Set(nodeIds);
  const here = [...rollouts]
    .filter(({ nodes }) => hasAny(nodes, named))
    .toSorted((a, b) => b.deployedAtMs - a.deployedAtMs || (a.rolloutId < b.rolloutId ? -1 : 1));
  const name = releaseName(release);
  return (here.find((each) => releaseName(each.release) === name) ?? here[0])?.service ?? SERVICE;
};
