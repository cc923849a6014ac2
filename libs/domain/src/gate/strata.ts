import type { Family } from '#contracts';
import { SLOT_MS } from '#contracts';
import type { NodePresence } from '../rule/presence.js';
import type { WindowReader } from '../signal/window-reader.js';
import type { Gate } from './gate.js';
import type { Stratum } from './gate-sums.js';

interface Tally {
  good: number;
  bad: number;
}

interface Place {
  readonly region: string;
  readonly cohort: Tally;
  readonly control: Tally;
}

const NODE: Family = 'node';

/**
 * The outcomes of a slot, PoP by PoP: of the cohort, which are the nodes that the rollout named before `atMs` and whose telemetry says that
 * they run the release, and of its control, which are the nodes there that run something else. PoPs in which everybody runs the release are
 * put together by region, beside all of the region that runs something else; those of a region without any stand alone.
 */
export const readStrata = (
  { nodes: named, release }: Gate,
  nodes: readonly NodePresence[],
  windows: WindowReader,
  slot: number,
  atMs: number,
): readonly Stratum[] => {
  const pops = new Map<string, Place>();
  const regions = new Map<string, Tally>();
  const inCohort = (node: NodePresence): boolean =>
    node.release === release && (named.get(node.nodeId) ?? Infinity) < atMs;
  for (const { pop, region } of nodes.filter(inCohort))
    if (!pops.has(pop)) pops.set(pop, { region, cohort: { good: 0, bad: 0 }, control: { good: 0, bad: 0 } });
  const regionsOfCohort = new Set([...pops.values()].map(({ region }) => region));
  for (const node of nodes) {
    const place = pops.get(node.pop);
    if (place === undefined && !regionsOfCohort.has(node.region)) continue;
    const isControl = node.release !== release;
    if (!isControl && !inCohort(node)) continue;
    const { good, bad } = windows.sum(NODE, node.nodeId, SLOT_MS, slot);
    if (place !== undefined) add(isControl ? place.control : place.cohort, good, bad);
    if (isControl) add(getOrSet(regions, node.region), good, bad);
  }
  return inStrata([...pops.values()], regions);
};

const add = (tally: Tally, good: number, bad: number): void => {
  tally.good += good;
  tally.bad += bad;
};

const getOrSet = (tallies: Map<string, Tally>, key: string): Tally => {
  const known = tallies.get(key) ?? { good: 0, bad: 0 };
  tallies.set(key, known);
  return known;
};

const inStrata = (places: readonly Place[], regions: ReadonlyMap<string, Tally>): readonly Stratum[] => {
  const isAlone = ({ control }: Place): boolean => control.good + control.bad === 0;
  const alone = new Map<string, Tally>();
  for (const { region, cohort } of places.filter(isAlone)) add(getOrSet(alone, region), cohort.good, cohort.bad);
  return [
    ...places.filter((place) => !isAlone(place)),
    ...Array.from(alone, ([region, cohort]) => ({ cohort, control: regions.get(region) ?? { good: 0, bad: 0 } })),
  ];
};
