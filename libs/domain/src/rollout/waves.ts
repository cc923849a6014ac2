/** A node that is to be rolled back, or that stays. */
export interface WaveNode {
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
}

/** Wave 1 is at most this share of the fleet (RAIL-8) ... */
const FIRST_WAVE_SHARE = 0.05;
/** ... wave 2 brings the rollback to this share of the release's nodes. */
const SECOND_WAVE_SHARE = 0.25;
/** No wave takes more than this share of a region's nodes at once, so that 60 % go on serving (RAIL-8). */
const REGION_SHARE_MAX = 0.4;
/** Most waves the contract carries; a plan that needs more is not made. */
const WAVES_MAX = 10;

const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const countBy = (nodes: readonly WaveNode[], name: (node: WaveNode) => string): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(name(node), (counts.get(name(node)) ?? 0) + 1);
  return counts;
};

/** The PoP that holds most nodes of the release, in the region that comes first; by name among equals. */
const firstPop = (nodes: readonly WaveNode[], rankOf: (node: WaveNode) => number): string | undefined => {
  const first = Math.min(...nodes.map(rankOf));
  const there = nodes.filter((node) => rankOf(node) === first);
  return [...countBy(there, (node) => node.pop)].sort(([a, m], [b, n]) => n - m || byName(a, b))[0]?.[0];
};

/** Takes up to `most` nodes off a list, no more of a region than may be away at once. */
const take = (
  from: readonly WaveNode[],
  most: number,
  regionSizes: ReadonlyMap<string, number>,
): readonly WaveNode[] => {
  const taken = new Map<string, number>();
  return from
    .filter(({ region }) => {
      const count = (taken.get(region) ?? 0) + 1;
      // A region of one or two nodes could otherwise never be rolled back.
      const allowed = Math.max(1, Math.floor(REGION_SHARE_MAX * (regionSizes.get(region) ?? 0)));
      if (count > allowed) return false;
      taken.set(region, count);
      return true;
    })
    .slice(0, most);
};

/**
 * The waves of a rollback: explicit, disjoint lists that together hold every node of the release.
 * 1. One PoP (the one with most nodes of the release, in the region that is brought back first), cut to 5 % of the fleet when it is larger: whichever is fewer; at least one.
 * 2. As many as bring the rollback to 25 % of the release's nodes.
 * 3. The rest, in several waves where 40 % of a region's nodes would be exceeded.
 * Within a wave's bounds regions come in the order of recovery (R57); those that it does not name, last.
 * Returns no waves for no nodes, and none when more than ten would be needed: an empty plan never means everything.
 */
export const planWaves = (
  nodes: readonly WaveNode[],
  fleet: readonly WaveNode[],
  order: readonly string[] = [],
): readonly (readonly string[])[] => {
  const ranks = new Map(order.map((region, rank) => [region, rank]));
  const rankOf = ({ region }: WaveNode): number => ranks.get(region) ?? order.length;
  const regionSizes = countBy(fleet, (node) => node.region);
  const pop = firstPop(nodes, rankOf);
  let left: readonly WaveNode[] = nodes.toSorted(
    (a, b) => rankOf(a) - rankOf(b) || byName(a.pop, b.pop) || byName(a.nodeId, b.nodeId),
  );
  const waves: string[][] = [];
  const addWave = (from: readonly WaveNode[], most: number): void => {
    const wave = new Set(take(from, most, regionSizes));
    left = left.filter((node) => !wave.has(node));
    if (wave.size > 0) waves.push([...wave].map(({ nodeId }) => nodeId).sort(byName));
  };
  addWave(
    left.filter((node) => node.pop === pop),
    Math.max(1, Math.floor(FIRST_WAVE_SHARE * fleet.length)),
  );
  const second = Math.ceil(SECOND_WAVE_SHARE * nodes.length) - (nodes.length - left.length);
  if (second > 0) addWave(left, second);
  while (left.length > 0 && waves.length < WAVES_MAX) addWave(left, left.length);
  return left.length === 0 ? waves : [];
};
