import { DEFAULT_PLAN, type RolloutPlan, type Stage } from '#contracts';
import type { Gate, JudgedBy } from './gate.js';

/** What binary fractions of a share may be above it. */
const ROUNDING = 1e-9;

/** How many of so many nodes a share is: rounded up, so that a small fleet begins with one node. */
export const nodesOfShare = (sharePercent: number, nodes: number): number =>
  Math.max(1, Math.ceil((sharePercent * nodes) / 100 - ROUNDING));

const stageOfShare = ({ stages }: RolloutPlan, reached: number, nodes: number): Stage | undefined =>
  stages.find(({ sharePercent }) => nodesOfShare(sharePercent, nodes) >= reached) ?? stages.at(-1);

/**
 * What the stage of a rollout is judged by: the stage of its plan that has its name; else, and where nothing was declared, the stage of
 * the plan or of the default one that its share of the nodes falls into.
 */
export const judgedByOf = ({ plan, stage, nodes, audience }: Gate, fleetSize: number): JudgedBy => {
  const own = plan?.stages.find(({ name }) => name === stage);
  const all = Math.max(audience.length || fleetSize, nodes.size);
  const found = own ?? stageOfShare(plan ?? DEFAULT_PLAN, nodes.size, all);
  if (found === undefined) throw new Error(`judge stage ${stage}: the plan has no stages`);
  return { gate: found.gate, durationMs: found.durationMs };
};
