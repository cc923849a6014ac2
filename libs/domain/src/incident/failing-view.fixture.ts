import { type Family, KEY_SEPARATOR } from '#contracts';
import { cohortKey } from '../rule/presence.js';
import type { TickView } from '../rule/tick-view.js';
import type { Place } from './place.js';

/** A node and what it answered over the window. */
export interface FailingNode {
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
  readonly release: string;
  readonly good: number;
  readonly bad: number;
}

/** Shares of a customer's failures, by release. */
export type FailingCustomers = Readonly<Record<string, Readonly<Record<string, readonly [good: number, bad: number]>>>>;

const keyOf = (family: Family, node: FailingNode): string | undefined => {
  if (family === 'fleet') return 'fleet';
  if (family === 'node') return node.nodeId;
  return family === 'release_region' ? cohortKey(node.release, node.region) : undefined;
};

/** A tick in which nodes answered so much; windows of any length hold the same. */
export const failingView = (
  nodes: readonly FailingNode[],
  at = 1_000_000,
  customers: FailingCustomers = {},
): TickView => {
  const sums = new Map<string, { good: number; bad: number; excluded: number; timeout: number }>();
  const add = (name: string, good: number, bad: number): void => {
    const sum = sums.get(name) ?? { good: 0, bad: 0, excluded: 0, timeout: 0 };
    sums.set(name, { ...sum, good: sum.good + good, bad: sum.bad + bad });
  };
  for (const node of nodes)
    for (const family of ['fleet', 'node', 'release_region'] as const)
      add(`${family} ${keyOf(family, node)}`, node.good, node.bad);
  for (const [customer, byRelease] of Object.entries(customers))
    for (const [release, [good, bad]] of Object.entries(byRelease)) {
      add(`customer ${customer}`, good, bad);
      add(`customer_release ${customer}${KEY_SEPARATOR}${release}`, good, bad);
    }
  const placement = new Map<string, Set<string>>();
  for (const { region, release } of nodes) placement.set(region, (placement.get(region) ?? new Set()).add(release));
  const placeOf = ({ scope, key }: { scope: string; key: string }): Place => {
    const node = nodes.find((each) => (scope === 'node' ? each.nodeId : each.pop) === key);
    const region = scope === 'region' ? key : node?.region;
    return {
      region,
      pop: scope === 'region' ? undefined : node?.pop,
      release: scope === 'node' ? node?.release : undefined,
    };
  };
  const view: Partial<TickView> = {
    at,
    tick: Math.floor(at / 250),
    endSlot: Math.floor(at / 1_000),
    baseline: 'unknown',
    placement,
    placeOf,
    tierOf: () => undefined,
    nodes: nodes.map((node) => ({
      ...node,
      watermarkUs: 0,
      seenTick: Math.floor(at / 250),
      formerly: [],
      sinceTick: 0,
    })),
    windows: {
      sum: (family, key) => sums.get(`${family} ${key}`) ?? { good: 0, bad: 0, excluded: 0, timeout: 0 },
      eachFailing: () => undefined,
      percentile: () => 'unknown',
      percentileOfAll: () => 'unknown',
      keys: () => [],
    },
  };
  // What else a tick shows, nothing here asks for.
  return view as TickView;
};
