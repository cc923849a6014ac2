import {
  type Event,
  event,
  type EventData,
  type ImpactSettings,
  KEY_SEPARATOR,
  type RolloutPlan,
  type Tier,
} from '#contracts';
import { dollarsPerMinuteOf, impactScoreOf } from '../impact/impact.js';
import { IMPACT_WINDOW_MS } from '../impact/covered.js';
import type { CatalogueCustomer } from '../rule/catalogue.js';
import type { TickView } from '../rule/tick-view.js';
import { pickNodes, stageNodesMax, type StageNode } from './stage-nodes.js';

/** How many queries a customer had in each region; of few it is not told whether anybody is hurt. */
export type TrafficOf = (customerId: string) => ReadonlyMap<string, number>;

/** What the impact of a plan is computed from. */
export interface BlastRadiusFacts {
  readonly plan: RolloutPlan;
  /** Whom the rollout is for. */
  readonly targets: readonly StageNode[];
  readonly fleet: readonly StageNode[];
  readonly customers: readonly Pick<CatalogueCustomer, 'customerId' | 'tier'>[];
  readonly trafficOf: TrafficOf;
  readonly settings: ImpactSettings;
}

type StageImpact = EventData<'BlastRadiusComputed'>['stages'][number];

/** Region → the share of its nodes that are among some. */
const regionShares = (nodeIds: ReadonlySet<string>, fleet: readonly StageNode[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, { all: number; among: number }>();
  for (const { nodeId, region } of fleet) {
    const count = counts.get(region) ?? { all: 0, among: 0 };
    count.all += 1;
    if (nodeIds.has(nodeId)) count.among += 1;
    counts.set(region, count);
  }
  return new Map([...counts].map(([region, { all, among }]) => [region, among / all]));
};

const isHurt = (
  traffic: ReadonlyMap<string, number>,
  shares: ReadonlyMap<string, number>,
  { affectedRatio, affectedOutcomesMin }: ImpactSettings,
): boolean => {
  let [all, failing] = [0, 0];
  for (const [region, queries] of traffic) {
    all += queries;
    failing += queries * (shares.get(region) ?? 0);
  }
  return all >= affectedOutcomesMin && failing > affectedRatio * all;
};

/**
 * What each stage would cost if all of its nodes failed (R50). A region's traffic is taken to be spread evenly over its nodes, as anycast
 * aims at; so of a customer fails, in each region, the share of the region's nodes that have the release, and it is hurt as C3 says it:
 * above 1 % over at least 50 queries. A stage includes those before it.
 */
export const blastRadiusOf = (facts: BlastRadiusFacts): readonly StageImpact[] => {
  const { plan, targets, fleet, customers, trafficOf, settings } = facts;
  const traffic = customers.map(({ customerId, tier }) => ({ tier, queries: trafficOf(customerId) }));
  return plan.stages.map(({ name, sharePercent }): StageImpact => {
    const nodes = new Set(pickNodes(targets, new Set(), stageNodesMax(sharePercent, targets.length)));
    const shares = regionShares(nodes, fleet);
    const byTier: Record<Tier, number> = { tier1: 0, tier2: 0, tier3: 0 };
    for (const { tier, queries } of traffic) if (isHurt(queries, shares, settings)) byTier[tier] += 1;
    return {
      stage: name,
      nodes: nodes.size,
      customers: byTier.tier1 + byTier.tier2 + byTier.tier3,
      byTier,
      score: impactScoreOf(byTier, settings),
      dollarsPerMinute: dollarsPerMinuteOf(byTier, settings),
    };
  });
};

/** Tells the impact of a declared rollout, once the traffic of a whole minute is known. */
export const decideBlastRadius = (
  rolloutId: string,
  plan: RolloutPlan,
  targets: readonly StageNode[],
  view: Pick<
    TickView,
    'at' | 'knownSinceMs' | 'windows' | 'endSlot' | 'placement' | 'fleet' | 'customers' | 'impactSettings'
  >,
): readonly Event[] => {
  const { at, knownSinceMs, windows, endSlot, placement, fleet, customers, impactSettings: settings } = view;
  if (targets.length === 0 || at - knownSinceMs < IMPACT_WINDOW_MS) return [];
  const trafficOf: TrafficOf = (customerId) =>
    new Map(
      Array.from(placement.keys(), (region) => {
        const key = `${customerId}${KEY_SEPARATOR}${region}`;
        const { good, bad } = windows.sum('customer_region', key, IMPACT_WINDOW_MS, endSlot);
        return [region, good + bad];
      }),
    );
  const stages = [...blastRadiusOf({ plan, targets, fleet, customers, trafficOf, settings })];
  return [event('BlastRadiusComputed', { rolloutId, stages, at })];
};
