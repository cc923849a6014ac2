import { nodesOfShare } from '../gate/judged-by.js';

/** A node that a rollout may reach. */
export interface StageNode {
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
}

/** How many nodes a rollout may have once a stage is reached, of all that it is for: whoever brings the nodes may round as he likes. */
export const stageNodesMax = (sharePercent: number, targets: number): number =>
  Math.min(targets, nodesOfShare(sharePercent, targets));

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Values under a key, in the order in which they come. */
const groupBy = <T>(values: readonly T[], keyOf: (value: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value)) ?? [];
    group.push(value);
    groups.set(keyOf(value), group);
  }
  return groups;
};

/** PoP → its place among the PoPs of its region, by name. */
const popRanks = (nodes: readonly StageNode[]): ReadonlyMap<string, number> => {
  const regions = [...groupBy(nodes, ({ region }) => region).values()];
  const pops = regions.map((members) => [...new Set(members.map(({ pop }) => pop))].toSorted(compare));
  return new Map(pops.flatMap((names) => names.map((pop, rank) => [pop, rank] as const)));
};

/**
 * The order in which nodes take a release: evenly over the PoPs, by what share of its PoP a node completes, and among equals by turns over
 * the regions. So a stage is as many PoPs wide as it has nodes, the larger PoPs first, and no PoP loses its last node without the release
 * before every other PoP has come that far: the control of a gate is of the same PoPs. The same nodes give the same order.
 */
export const rolloutOrder = (nodes: readonly StageNode[]): readonly string[] => {
  const ranks = popRanks(nodes);
  const rankOf = ({ pop }: StageNode): number => ranks.get(pop) ?? 0;
  const byName = nodes.toSorted((a, b) => compare(a.nodeId, b.nodeId));
  return [...groupBy(byName, ({ pop }) => pop).values()]
    .flatMap((members) => members.map((node, index) => ({ node, share: (index + 1) / members.length })))
    .toSorted(
      (a, b) =>
        a.share - b.share ||
        rankOf(a.node) - rankOf(b.node) ||
        compare(a.node.region, b.node.region) ||
        compare(a.node.nodeId, b.node.nodeId),
    )
    .map(({ node }) => node.nodeId);
};

/** The nodes that a stage adds to those that have the release already; by name. */
export const pickNodes = (nodes: readonly StageNode[], have: ReadonlySet<string>, most: number): readonly string[] =>
  rolloutOrder(nodes)
    .filter((nodeId) => !have.has(nodeId))
    .slice(0, Math.max(0, most - have.size))
    .toSorted(compare);
