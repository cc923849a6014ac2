import type { Release } from '#contracts';

/** A PoP: a site of a region. */
interface Pop {
  readonly pop: string;
  readonly region: string;
}

/** A simulated DNS server. */
export interface FleetNode extends Pop {
  readonly nodeId: string;
  /** Whether it serves the anycast cloud that gets a new release first. */
  readonly firstCloud: boolean;
}

/** Two sites in each of the study's four regions (R1). */
export const POPS: readonly Pop[] = [
  { pop: 'iad', region: 'us-east' },
  { pop: 'jfk', region: 'us-east' },
  { pop: 'sjc', region: 'us-west' },
  { pop: 'sea', region: 'us-west' },
  { pop: 'fra', region: 'europe' },
  { pop: 'lhr', region: 'europe' },
  { pop: 'nrt', region: 'asia' },
  { pop: 'sin', region: 'asia' },
];

/** What the releases are releases of. */
export const SERVICE = 'edge-dns';
/** The release that fails, the one before it (R39). The configuration revision changes with it: both are dimensions. */
export const BAD_RELEASE: Release = { softwareVersion: 'v2.1.5', configRev: 'c42' };
/** The release that a rollback returns to. */
export const GOOD_RELEASE: Release = { softwareVersion: 'v2.1.4', configRev: 'c41' };

/** Six nodes in each PoP: 48. */
export const NODES_DEFAULT = 48;
/** Below two nodes a PoP the first cloud cannot reach every region. */
export const NODES_MIN = 16;
/** One key, one connection and four batches a second per node: what one machine plays without falling behind. */
export const NODES_MAX = 400;

/** Share of the fleet that had the release when it failed (C13: 25 % in the second batch). */
export const SECOND_BATCH_SHARE = 0.25;
/** Share that had it first (C13: 5 %). */
export const FIRST_BATCH_SHARE = 0.05;

/** How the study's affected sites lie over the world (R90-R92: 45/35/20), America split two to one between its coasts. */
const CLOUD_WEIGHTS: Readonly<Record<string, number>> = { 'us-east': 0.3, 'us-west': 0.15, europe: 0.35, asia: 0.2 };

/** Splits a number by weights so that the parts are whole and sum up (largest remainder). */
export const apportion = (total: number, weights: readonly number[]): number[] => {
  const sum = weights.reduce((left, right) => left + right, 0);
  const exact = weights.map((weight) => (total * weight) / sum);
  const parts = exact.map(Math.floor);
  const rest = total - parts.reduce((left, right) => left + right, 0);
  const byRemainder = exact.map((value, index) => ({ index, remainder: value - Math.floor(value) }));
  byRemainder.sort((left, right) => right.remainder - left.remainder || left.index - right.index);
  for (const { index } of byRemainder.slice(0, rest)) parts[index] = (parts[index] ?? 0) + 1;
  return parts;
};

/** How many nodes of each PoP serve the first cloud. */
const cloudSizes = (nodes: number): number[] => {
  const regions = Object.keys(CLOUD_WEIGHTS);
  const perRegion = apportion(Math.round(nodes * SECOND_BATCH_SHARE), Object.values(CLOUD_WEIGHTS));
  return POPS.map(({ region }, index) => {
    const pair = apportion(perRegion[regions.indexOf(region)] ?? 0, [1, 1]);
    return pair[index % 2] ?? 0;
  });
};

/**
 * The fleet. Every node announces one anycast cloud, and a customer is delegated to some clouds: which nodes a customer's queries
 * reach is decided by its delegation, not by chance. The release goes to one cloud first, a quarter of the nodes.
 */
export const buildFleet = (nodes: number): FleetNode[] => {
  const perPop = apportion(
    nodes,
    POPS.map(() => 1),
  );
  const inCloud = cloudSizes(nodes);
  return POPS.flatMap((site, index) =>
    Array.from({ length: perPop[index] ?? 0 }, (_, place) => ({
      nodeId: `${site.pop}-${String(place + 1).padStart(2, '0')}`,
      ...site,
      firstCloud: place < (inCloud[index] ?? 0),
    })),
  );
};

/** The two batches of the rollout: 5 %, then the rest of the first cloud up to 25 %. */
export const rolloutBatches = (fleet: readonly FleetNode[]): readonly [FleetNode[], FleetNode[]] => {
  const cloud = fleet.filter((node) => node.firstCloud);
  const first = Math.max(1, Math.round(fleet.length * FIRST_BATCH_SHARE));
  return [cloud.slice(0, first), cloud.slice(first)];
};
