import type { CatalogueNode } from '../rule/catalogue.js';
import { isLive } from '../rule/presence.js';
import type { TickView } from '../rule/tick-view.js';
import { isServing } from './node-serving.js';
import { isMoving, type Redirect, type RedirectPlan } from './redirect.js';

/** A sibling is healthy when this share of its nodes serves (as RR20's coverage). */
const SIBLING_SERVING_MIN = 0.8;

/** A PoP or region whose traffic may be moved. */
export type RedirectPlace = Pick<RedirectPlan, 'scope' | 'key'>;

/** What is left to serve when a place is away. */
export interface Capacity {
  /** Every node there is: of the region for a PoP, of the fleet for a region. What is dead already counts against a redirect. */
  readonly total: number;
  /** Nodes outside the place that serve. */
  readonly left: number;
  /** Siblings: PoPs of the same region, or other regions. */
  readonly siblings: readonly string[];
  readonly healthy: readonly string[];
  /** Nodes of the siblings that report, of those that should. */
  readonly reporting: { readonly live: number; readonly expected: number };
}

/** What else bears on capacity. */
export interface CapacityFacts {
  readonly thresholdMs: number;
  readonly endSlot: number;
  readonly redirects: Iterable<Redirect>;
  /** Places with a firing alert of the same rule. */
  readonly breached: ReadonlySet<string>;
}

/** Nodes of a place, in the order of the fleet. */
export const nodesOf = ({ scope, key }: RedirectPlace, fleet: readonly CatalogueNode[]): readonly CatalogueNode[] =>
  fleet.filter((node) => node[scope] === key);

const isReporting = (nodeId: string, view: TickView): boolean => {
  const node = view.node(nodeId);
  return node !== undefined && isLive(node, view.tick);
};

const poolOf = (place: RedirectPlace, fleet: readonly CatalogueNode[]): readonly CatalogueNode[] => {
  if (place.scope === 'region') return fleet;
  const region = nodesOf(place, fleet)[0]?.region;
  return fleet.filter((node) => node.region === region);
};

/** Measures what would be left, or is left, while a place is away. */
export const measureCapacity = (place: RedirectPlace, facts: CapacityFacts, view: TickView): Capacity => {
  const { scope, key } = place;
  const pool = poolOf(place, view.fleet);
  const moving = [...facts.redirects].filter(isMoving).flatMap(({ plan }) => plan?.nodes ?? []);
  const away = new Set([...nodesOf(place, view.fleet).map(({ nodeId }) => nodeId), ...moving]);
  const others = pool.filter((node) => node[scope] !== key);
  const serving = others.filter(
    ({ nodeId }) => !away.has(nodeId) && isServing(nodeId, facts.thresholdMs, facts.endSlot, view),
  );
  const siblings = [...new Set(others.map((node) => node[scope]))].sort();
  const countIn = (nodes: readonly CatalogueNode[], sibling: string): number =>
    nodes.filter((node) => node[scope] === sibling).length;
  const healthy = siblings.filter(
    (each) => !facts.breached.has(each) && countIn(serving, each) >= SIBLING_SERVING_MIN * countIn(others, each),
  );
  const live = others.filter(({ nodeId }) => isReporting(nodeId, view)).length;
  return { total: pool.length, left: serving.length, siblings, healthy, reporting: { live, expected: others.length } };
};
