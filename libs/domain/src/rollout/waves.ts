/** A node that is to be rolled back, or that stays. */
export interface WaveNode {
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
}

/** The fleet as a plan must spare it. */
export interface WaveFleet {
  readonly nodes: readonly WaveNode[];
  /** Nodes that serve: who is silent, drained or restarting does not. */
  readonly serving: ReadonlySet<string>;
}

/** Wave 1 is at most this share of the fleet (RAIL-8) ... */
export const FIRST_WAVE_SHARE = 0.05;
/** ... wave 2 brings the rollback to this share of the release's nodes. */
export const SECOND_WAVE_SHARE = 0.25;
/** Share of a region's nodes that must go on serving while a wave is away (RAIL-8). */
export const SERVING_MIN = 0.6;
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

/**
 * How many serving nodes of a region a wave may take: so many that 60 % of its nodes go on serving. Of a region of one or two nodes it
 * may take one while all of them serve: it could otherwise never be rolled back.
 */
export const sparedOf = (size: number, serving: number): number => {
  const spared = serving - Math.ceil(SERVING_MIN * size);
  const isSmallest = Math.ceil(SERVING_MIN * size) >= size;
  return Math.max(spared, isSmallest && serving === size ? 1 : 0);
};

/** Region → how many serving nodes a wave may take there. */
const sparedByRegion = ({ nodes, serving }: WaveFleet): ReadonlyMap<string, number> => {
  const sizes = countBy(nodes, ({ region }) => region);
  const servingIn = countBy(
    nodes.filter(({ nodeId }) => serving.has(nodeId)),
    ({ region }) => region,
  );
  return new Map([...sizes].map(([region, size]) => [region, sparedOf(size, servingIn.get(region) ?? 0)]));
};

/** Takes up to `most` nodes off a list, no more serving ones of a region than it can spare. */
const take = (
  from: readonly WaveNode[],
  most: number,
  spared: ReadonlyMap<string, number>,
  { serving }: WaveFleet,
): readonly WaveNode[] => {
  const taken = new Map<string, number>();
  const wave: WaveNode[] = [];
  for (const node of from) {
    if (wave.length >= most) break;
    const { nodeId, region } = node;
    const count = (taken.get(region) ?? 0) + (serving.has(nodeId) ? 1 : 0);
    if (count > (spared.get(region) ?? 0) && serving.has(nodeId)) continue;
    taken.set(region, count);
    wave.push(node);
  }
  return wave;
};

/**
 * The waves of a rollback: explicit, disjoint lists that together hold every node of the release.
 * 1. One PoP (the one with most nodes of the release, in the region that is brought back first), cut to 5 % of the fleet when it is larger: whichever is fewer; at least one.
 * 2. As many as bring the rollback to 25 % of the release's nodes.
 * 3. The rest, in several waves where less than 60 % of a region's nodes would go on serving.
 * Within a wave's bounds regions come in the order of recovery (R57); those that it does not name, last. What no region can spare is put
 * into one last wave: the rail on the blast radius refuses it, and says why.
 * Returns no waves for no nodes, and none when more than ten would be needed: an empty plan never means everything.
 */
export const planWaves = (
  nodes: readonly WaveNode[],
  fleet: WaveFleet,
  order: readonly string[] = [],
): readonly (readonly string[])[] => {
  const ranks = new Map(order.map((region, rank) => [region, rank]));
  const rankOf = ({ region }: WaveNode): number => ranks.get(region) ?? order.length;
  const spared = sparedByRegion(fleet);
  const pop = firstPop(nodes, rankOf);
  let left: readonly WaveNode[] = nodes.toSorted(
    (a, b) => rankOf(a) - rankOf(b) || byName(a.pop, b.pop) || byName(a.nodeId, b.nodeId),
  );
  const waves: string[][] = [];
  const addWave = (taken: readonly WaveNode[]): void => {
    const wave = new Set(taken);
    left = left.filter((node) => !wave.has(node));
    if (wave.size > 0) waves.push([...wave].map(({ nodeId }) => nodeId).sort(byName));
  };
  const inFirstPop = left.filter((node) => node.pop === pop);
  addWave(take(inFirstPop, Math.max(1, Math.floor(FIRST_WAVE_SHARE * fleet.nodes.length)), spared, fleet));
  const second = Math.ceil(SECOND_WAVE_SHARE * nodes.length) - (nodes.length - left.length);
  if (second > 0) addWave(take(left, second, spared, fleet));
  while (left.length > 0 && waves.length < WAVES_MAX) {
    const next = take(left, left.length, spared, fleet);
    addWave(next.length === 0 ? left : next);
  }
  return left.length === 0 ? waves : [];
};

/** Of nodes that wait for a restart those that may leave now, in their order: of each region as many as it can spare (RAIL-8). */
export const sparedNodes = (waiting: readonly WaveNode[], fleet: WaveFleet): readonly string[] =>
  take(waiting, waiting.length, sparedByRegion(fleet), fleet).map(({ nodeId }) => nodeId);
