import { releaseName, SLOT_MS } from '#contracts';
import type { DeciderState } from '../rule/decider-state.js';
import { cohortKey, isLive } from '../rule/presence.js';
import { NODE_SUCCESS_MIN } from '../rule/departure.js';
import type { TickView } from '../rule/tick-view.js';
import { successPercent } from '../signal/success-rate.js';
import type { Comparison } from './blame.js';
import type { RailFacts } from './rails.js';
import { hasBegun, type Rollout } from './rollout.js';
import { dollarsPerMinuteOf } from '../impact/impact.js';
import { recoveryOrder } from '../impact/recovery-order.js';
import { planWaves } from './waves.js';

/** Over how long the outcomes of RAIL-1 are counted. */
const EVIDENCE_WINDOW_MS = 60_000;

const isBadIn = (nodeId: string, slot: number, view: TickView): boolean => {
  const { good, bad } = view.windows.sum('node', nodeId, SLOT_MS, slot);
  return good + bad > 0 && successPercent(good, bad) < NODE_SUCCESS_MIN;
};

/** Nodes that were bad in two consecutive slots; the newest slot may still be filling, so the two before it do as well. */
const badNodesOf = (nodeIds: readonly string[], view: TickView): readonly string[] =>
  nodeIds.filter(
    (nodeId) =>
      isBadIn(nodeId, view.endSlot - 1, view) &&
      (isBadIn(nodeId, view.endSlot, view) || isBadIn(nodeId, view.endSlot - 2, view)),
  );

const regionsOf = (release: string, view: TickView): readonly string[] =>
  [...view.placement].filter(([, releases]) => releases.has(release)).map(([region]) => region);

/**
 * The newest rollout of a release, with the nodes of all its rollouts: of the service that put it on most of the bad nodes. Services may
 * name their releases alike.
 */
const rolloutOf = (release: string, badNodes: readonly string[], state: DeciderState): Rollout | undefined => {
  const named = [...state.rollouts.values()].filter((each) => releaseName(each.release) === release && hasBegun(each));
  const nodesOf = (service: string): ReadonlySet<string> =>
    new Set(named.filter((each) => each.service === service).flatMap(({ nodes }) => [...nodes]));
  const badOf = ({ service }: Rollout): number => badNodes.filter((nodeId) => nodesOf(service).has(nodeId)).length;
  const [newest] = named.toSorted((a, b) => badOf(b) - badOf(a) || b.deployedAtMs - a.deployedAtMs);
  return newest && { ...newest, nodes: nodesOf(newest.service) };
};

const lastPlanAge = (
  service: string | undefined,
  regions: readonly string[],
  state: DeciderState,
  view: TickView,
): number | undefined => {
  const regionByNode = new Map(view.fleet.map(({ nodeId, region }) => [nodeId, region]));
  const here = new Set(regions);
  const ages = [...state.rollbacks.values()]
    .map(({ plan }) => plan)
    .filter((plan) => plan !== undefined)
    .filter((plan) => plan.service === service)
    .filter((plan) => plan.waves.some((wave) => wave.some((nodeId) => here.has(regionByNode.get(nodeId) ?? ''))))
    .map((plan) => view.at - plan.decidedAtMs);
  return ages.length === 0 ? undefined : Math.min(...ages);
};

/** The regions of a release by the money that its customers lose there (R57). */
const orderOf = (release: string, regions: readonly string[], view: TickView): readonly string[] =>
  recoveryOrder(
    regions.map((region) => {
      const { good, bad } = view.windows.sum(
        'release_region',
        cohortKey(release, region),
        EVIDENCE_WINDOW_MS,
        view.endSlot,
      );
      const byTier = view.affected.cohortByTier(release, region, EVIDENCE_WINDOW_MS, view.endSlot);
      const failing = good + bad === 0 ? undefined : bad / (good + bad);
      return { region, failing, dollarsPerMinute: dollarsPerMinuteOf(byTier, view.affected.settings) };
    }),
  ).map(({ region }) => region);

/** Everything the rails judge about one release. */
export const gatherFacts = (
  release: string,
  comparison: Comparison,
  state: DeciderState,
  view: TickView,
): RailFacts => {
  const regions = regionsOf(release, view);
  const running = view.nodes.filter((node) => node.release === release);
  const badNodes = badNodesOf(
    running.map(({ nodeId }) => nodeId),
    view,
  );
  const rollout = rolloutOf(release, badNodes, state);
  const controls = view.nodes.filter((node) => node.release !== release && regions.includes(node.region));
  const sums = regions.map((region) =>
    view.windows.sum('release_region', cohortKey(release, region), EVIDENCE_WINDOW_MS, view.endSlot),
  );
  const rolledBack = [...state.rollouts.values()].filter((each) => each.state === 'rolled_back');
  return {
    at: view.at,
    outcomes: sums.reduce((count, { good, bad }) => count + good + bad, 0),
    badNodes,
    comparison,
    controlNodes: { live: controls.filter((node) => isLive(node, view.tick)).length, expected: controls.length },
    rollout,
    quarantined: new Set(rolledBack.map((each) => releaseName(each.release))),
    // Both must say so: the deploy system that it put the release there, the node's telemetry that it runs it.
    waves: planWaves(
      running.filter(({ nodeId }) => rollout?.nodes.has(nodeId) === true),
      view.fleet,
      orderOf(release, regions, view),
    ),
    lastPlanAgeMs: lastPlanAge(rollout?.service, regions, state, view),
  };
};
