/** A node that a rollout may reach. */
export interface StageNode {
  readonly nodeId: string;
  readonly pop: string;
}

/** Arithmetic of shares in binary: 7 % of 100 nodes is 7, not 7.000000000000001. */
const EPSILON = 1e-9;

/**
 * How many nodes a rollout may have once a stage is reached, of all that it is for: rounded up, so that whoever brings the nodes may round
 * as he likes, and at least one.
 */
export const stageNodesMax = (sharePercent: number, targets: number): number =>
  Math.min(targets, Math.max(1, Math.ceil((sharePercent * targets) / 100 - EPSILON)));

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/**
 * The order in which nodes take a release: evenly over the PoPs, by what share of its PoP a node completes. So a stage is as many PoPs wide
 * as it has nodes, the larger PoPs first, and no PoP loses its last node without the release before every other PoP has come that far: the
 * control of a gate is of the same PoPs. The same nodes give the same order.
 */
export const rolloutOrder = (nodes: readonly StageNode[]): readonly string[] => {
  const byPop = new Map<string, StageNode[]>();
  for (const node of nodes.toSorted((a, b) => compare(a.nodeId, b.nodeId))) {
    const members = byPop.get(node.pop) ?? [];
    members.push(node);
    byPop.set(node.pop, members);
  }
  return [...byPop.values()]
    .flatMap((members) =>
      members.map(({ nodeId, pop }, index) => ({ nodeId, pop, share: (index + 1) / members.length })),
    )
    .toSorted((a, b) => a.share - b.share || compare(a.pop, b.pop) || compare(a.nodeId, b.nodeId))
    .map(({ nodeId }) => nodeId);
};

/** The nodes that a stage adds to those that have the release already; by name. */
export const pickNodes = (nodes: readonly StageNode[], have: ReadonlySet<string>, most: number): readonly string[] =>
  rolloutOrder(nodes)
    .filter((nodeId) => !have.has(nodeId))
    .slice(0, Math.max(0, most - have.size))
    .toSorted(compare);
