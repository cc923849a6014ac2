import { type ImpactSettings, releaseName, type RuleScope, SLOT_MS, TICK_MS, type Tier } from '#contracts';
import { AffectedReader } from '../impact/affected.js';
import type { PlaceOf } from '../incident/place.js';
import type { ExpectedRate } from '../presence/expected-rates.js';
import type { FleetActivity } from '../presence/fleet-activity.js';
import type { Alert } from '../alert/alert.js';
import type { CustomerEscalation } from '../customer-escalation/customer-escalation.js';
import { OpenAlerts } from '../presence/open-alerts.js';
import type { SequentialTests, TestReading } from '../sequential/sequential-tests.js';
import type { SignalMemory } from '../signal/signal-memory.js';
import type { MovedTraffic } from '../redirect/moved-traffic.js';
import type { WindowReader } from '../signal/window-reader.js';
import type { Rollout } from '../rollout/rollout.js';
import { Attendances } from './attendances.js';
import type { Catalogue, CatalogueCustomer, CatalogueNode } from './catalogue.js';
import type { LateSlots } from './late-slots.js';
import { type Attendance, cohortKey, type NodePresence, type Presence } from './presence.js';
import type { AlertSubject, Subject } from './rule.js';
import type { TelemetryLosses } from './telemetry-loss.js';

/** What is known of the fleet at the end of one tick; deciders read it and nothing else. */
export interface TickView {
  readonly tick: number;
  /** Log time of the end of the tick. */
  readonly at: number;
  /** The slot early decisions look at: the newest, but never one that log time has not reached. */
  readonly endSlot: number;
  /** Log time from which on everything was read; windows that begin before may be empty for that reason alone. */
  readonly knownSinceMs: number;
  readonly windows: WindowReader;
  readonly affected: AffectedReader;
  /** When a customer is hurt and what it counts, as the rules in force say. */
  readonly impactSettings: ImpactSettings;
  readonly baseline: number | 'unknown';
  /** What signals remember beyond the windows. */
  readonly memory: SignalMemory;
  readonly customers: readonly CatalogueCustomer[];
  /** As they were at the beginning of the tick. */
  readonly openAlerts: OpenAlerts;
  readonly escalations: ReadonlyMap<string, CustomerEscalation>;
  readonly losses: TelemetryLosses;
  /** Which slots data came late for. */
  readonly late: LateSlots;
  /** What every node showed, tick by tick, and what each is expected to send. */
  readonly activity: FleetActivity;
  readonly rates: ReadonlyMap<string, ExpectedRate>;
  /** Traffic that Tocsin moved, while its nodes are told to be quiet. */
  readonly moved: MovedTraffic;
  /** Nodes seen in the last minutes, by id. */
  readonly nodes: readonly NodePresence[];
  /** Region → releases that ran there in the last minutes. */
  readonly placement: ReadonlyMap<string, ReadonlySet<string>>;
  /** Every node of the inventory and every node seen, once each. */
  readonly fleet: readonly CatalogueNode[];
  readonly tierOf: (customerId: string) => Tier | undefined;
  readonly attendance: (subject: Subject) => Attendance;
  /** What the sequential test of a subject says; undefined where there is none. */
  readonly testOf: (subject: AlertSubject) => TestReading | undefined;
  /** When a fault began that the test of a subject has found, ms of log time; undefined while it has found none. */
  readonly onsetOf: (scope: RuleScope, key: string) => number | undefined;
  readonly node: (nodeId: string) => NodePresence | undefined;
  /** Where the subject of an alert stands. */
  readonly placeOf: PlaceOf;
  /** The nodes that rollouts of a release named, as far as the fleet knows them. */
  readonly deployed: (release: string) => readonly CatalogueNode[];
}

/** What a view is made of. */
export interface ViewParts {
  readonly tick: number;
  readonly windows: WindowReader;
  readonly tests: SequentialTests;
  readonly presence: Presence;
  readonly losses: TelemetryLosses;
  readonly late: LateSlots;
  readonly activity: FleetActivity;
  readonly rates: ReadonlyMap<string, ExpectedRate>;
  readonly moved: MovedTraffic;
  readonly catalogue: Catalogue;
  readonly baseline: number | 'unknown';
  readonly rollouts: readonly Rollout[];
  readonly impactSettings: ImpactSettings;
  readonly memory: SignalMemory;
  readonly alerts: readonly Alert[];
  readonly escalations: ReadonlyMap<string, CustomerEscalation>;
}

/** Log time of the end of a tick. */
export const tickEndMs = (tick: number): number => (tick + 1) * TICK_MS;

/** By list of customers, which is the same until the catalogue changes. */
const tiers = new WeakMap<readonly CatalogueCustomer[], ReadonlyMap<string, Tier>>();

const tiersOf = (customers: readonly CatalogueCustomer[]): ReadonlyMap<string, Tier> => {
  const known = tiers.get(customers) ?? new Map(customers.map(({ customerId, tier }) => [customerId, tier]));
  tiers.set(customers, known);
  return known;
};

/** Every node of the inventory and every node seen. */
interface Fleet {
  readonly inventory: readonly CatalogueNode[];
  readonly byId: ReadonlyMap<string, CatalogueNode>;
  readonly nodes: readonly CatalogueNode[];
}

/** By the list of nodes seen, which is the same until one comes or goes: where a node stands does not change while it is remembered. */
const fleets = new WeakMap<readonly NodePresence[], Fleet>();

const fleetOf = ({ nodes: inventory }: Catalogue, seen: readonly NodePresence[]): Fleet => {
  const known = fleets.get(seen);
  if (known?.inventory === inventory) return known;
  const byId = new Map<string, CatalogueNode>();
  for (const { nodeId, pop, region } of [...inventory, ...seen]) byId.set(nodeId, { nodeId, pop, region });
  const fleet = { inventory, byId, nodes: [...byId.values()] };
  fleets.set(seen, fleet);
  return fleet;
};

const placesIn =
  (fleet: ReadonlyMap<string, CatalogueNode>, activity: FleetActivity): PlaceOf =>
  ({ scope, key }) => {
    if (scope === 'region') return { pop: undefined, region: key, release: undefined };
    if (scope === 'pop') {
      const inPop = [...fleet.values()].find(({ pop }) => pop === key);
      return { pop: key, region: inPop?.region, release: undefined };
    }
    const node = scope === 'node' ? fleet.get(key) : undefined;
    return { pop: node?.pop, region: node?.region, release: scope === 'release' ? key : activity.node(key)?.release };
  };

/** Cohort → nodes that a rollout named, that no telemetry is remembered of: they should report, and do not. Whoever left the traffic as told need not. */
const missingByCohort = (
  rollouts: readonly Rollout[],
  fleet: ReadonlyMap<string, CatalogueNode>,
  presence: Presence,
  { nodes: movedNodes }: MovedTraffic,
): ReadonlyMap<string, number> => {
  const missing = new Map<string, number>();
  for (const { state, release, nodes } of rollouts) {
    if (state === 'rolled_back') continue;
    for (const nodeId of nodes) {
      const region = fleet.get(nodeId)?.region;
      if (region === undefined || presence.node(nodeId) !== undefined || movedNodes.has(nodeId)) continue;
      const key = cohortKey(releaseName(release), region);
      missing.set(key, (missing.get(key) ?? 0) + 1);
    }
  }
  return missing;
};

/** Reads the fleet as it is at the end of a tick. */
export const viewTick = (parts: ViewParts): TickView => {
  const { tick, windows, tests, presence, losses, activity, rates, moved, catalogue, baseline, rollouts } = parts;
  const at = tickEndMs(tick);
  const nodes = presence.at(tick);
  const { byId: fleetById, nodes: fleet } = fleetOf(catalogue, nodes);
  const missing = missingByCohort(rollouts, fleetById, presence, moved);
  const deployed = (release: string): readonly CatalogueNode[] => {
    const named = rollouts.filter((each) => releaseName(each.release) === release).flatMap((each) => [...each.nodes]);
    return [...new Set(named)].map((nodeId) => fleetById.get(nodeId)).filter((node) => node !== undefined);
  };
  const attendances = new Attendances({ tick, presence, nodes, fleet, missing, quiet: moved.nodes });
  return {
    tick,
    at,
    windows,
    baseline,
    impactSettings: parts.impactSettings,
    memory: parts.memory,
    openAlerts: new OpenAlerts(parts.alerts),
    escalations: parts.escalations,
    losses,
    late: parts.late,
    activity,
    rates,
    moved,
    nodes,
    fleet,
    attendance: attendances.of,
    testOf: ({ scope, key }) =>
      scope === 'partition' || scope === 'external' ? undefined : tests.read(scope, key, tick),
    onsetOf: (scope, key) => {
      const reading = tests.read(scope, key, tick);
      return reading?.isAlarming === true ? reading.onsetMs : undefined;
    },
    deployed,
    customers: catalogue.customers,
    tierOf: (customerId) => tiersOf(catalogue.customers).get(customerId),
    knownSinceMs: presence.firstTick === undefined ? Infinity : presence.firstTick * TICK_MS,
    endSlot: Math.min(presence.newestSlot, Math.floor((at - 1) / SLOT_MS)),
    affected: new AffectedReader(windows, catalogue.customers, parts.impactSettings),
    placement: presence.placementAt(tick),
    node: (nodeId) => presence.node(nodeId),
    placeOf: placesIn(fleetById, activity),
  };
};
