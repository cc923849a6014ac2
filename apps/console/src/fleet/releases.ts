import { type Release, releaseName } from '../rollouts/release.js';
import type { FleetRollout } from './fleet-document.js';

type Told = Pick<FleetRollout, 'nodes' | 'release' | 'previous' | 'stages' | 'rollback'>;

const ofRollout = ({ nodes, release, previous, stages, rollback }: Told): readonly (readonly [string, Release])[] => {
  const found = new Map<string, Release>(nodes.map((nodeId) => [nodeId, previous]));
  for (const { nodes: reached } of stages) for (const nodeId of reached) found.set(nodeId, release);
  for (const { status, nodes: back } of rollback?.waves ?? [])
    if (status === 'verified' && rollback?.to != null) for (const nodeId of back) found.set(nodeId, rollback.to);
  return [...found];
};

/**
 * What each node runs, as rollouts told it: the newest rollout that is for it says so, by the stage that it reached and the waves that were
 * verified. A node of which no rollout spoke is not there.
 */
export const releasesTold = (newestFirst: readonly Told[]): ReadonlyMap<string, string> =>
  new Map(
    newestFirst
      .toReversed()
      .flatMap(ofRollout)
      .map(([nodeId, release]) => [nodeId, releaseName(release)]),
  );
