import { FLEET_KEY, TICK_MS } from '#contracts';
import type { AlertSubject } from '../rule/rule.js';
import type { TickView } from '../rule/tick-view.js';
import { judgeFleet, type JudgedNode } from './judged-fleet.js';
import type { NodeActivity } from './node-activity.js';
import { NODE_OUTAGE, NODE_SILENT } from './node-rules.js';
import { isUnheard } from './node-recovery.js';
import type { NodeVerdict } from './node-verdict.decide.js';
import type { OpenAlerts } from './open-alerts.js';

/** When nobody at all reports, it is known after half a minute: a restart of Tocsin takes less, and R9 asks for 60 s. */
export const DARK_MS = 30_000;

/** Nodes that belong together. */
export interface Group {
  readonly subject: AlertSubject;
  expected: number;
  silent: number;
  live: number;
}

const NO_GROUPS: ReadonlyMap<string, Group> = new Map();
const NOWHERE: GroupPlace = { region: undefined, pop: undefined };

/** What nodes are grouped by. */
export type GroupScope = 'fleet' | 'region' | 'release' | 'pop';

/** The order in which groups are decided: what fires first in a tick opens the incident that the others join. */
const SCOPES: readonly GroupScope[] = ['fleet', 'region', 'release', 'pop'];

type GroupState = 'silent' | 'live' | 'unseen';

/** Where a node belongs; of one of whom nothing is known any more only that it is of the fleet. */
interface GroupPlace {
  readonly region: string | undefined;
  readonly pop: string | undefined;
}

/** Groups of the inventory and of every node that was heard of, with how many of each are silent; a scope is counted when it is asked for. */
export class Groups {
  private readonly places: GroupPlace[] = [];
  private readonly releases: (string | undefined)[] = [];
  private readonly states: GroupState[] = [];
  private readonly counted = new Map<AlertSubject['scope'], ReadonlyMap<string, Group>>();

  add(place: GroupPlace, release: string | undefined, state: GroupState): void {
    this.places.push(place);
    this.releases.push(release);
    this.states.push(state);
  }

  find({ scope, key }: AlertSubject): Group {
    return this.of(scope).get(key) ?? { subject: { scope, key }, expected: 0, silent: 0, live: 0 };
  }

  inOrder(): readonly Group[] {
    return SCOPES.flatMap((scope) =>
      [...this.of(scope).values()].toSorted((a, b) => (a.subject.key < b.subject.key ? -1 : 1)),
    );
  }

  private of(asked: AlertSubject['scope']): ReadonlyMap<string, Group> {
    const scope = SCOPES.find((each) => each === asked);
    const counted = this.counted.get(asked) ?? (scope === undefined ? NO_GROUPS : this.count(scope));
    this.counted.set(asked, counted);
    return counted;
  }

  private count(scope: GroupScope): ReadonlyMap<string, Group> {
    const groups = new Map<string, Group>();
    for (const [index, state] of this.states.entries()) {
      const key = this.keyOf(scope, index);
      if (key === undefined || key === '') continue;
      const group = groups.get(key) ?? { subject: { scope, key }, expected: 0, silent: 0, live: 0 };
      group.expected += 1;
      if (state === 'silent') group.silent += 1;
      if (state === 'live') group.live += 1;
      if (group.expected === 1) groups.set(key, group);
    }
    return groups;
  }

  private keyOf(scope: GroupScope, index: number): string | undefined {
    if (scope === 'fleet') return FLEET_KEY;
    return scope === 'release' ? this.releases[index] : this.places[index]![scope];
  }
}

/** Whether a node is down, or silent for a reason that nobody knows. */
export const isDown = ({ state }: NodeVerdict): boolean => state === 'outage' || state === 'unknown';

/** By list of nodes, which is the same until one comes or goes; the judged ones have the order of it. */
const placesIn = new WeakMap<readonly NodeActivity[], ReadonlyMap<string, number>>();

const placesOf = (nodes: readonly NodeActivity[]): ReadonlyMap<string, number> => {
  const places = placesIn.get(nodes) ?? new Map(nodes.map(({ nodeId }, place) => [nodeId, place]));
  placesIn.set(nodes, places);
  return places;
};

/**
 * Counts who is silent. A node of the inventory that never reported is `unseen`: it counts in what is expected, but begins no alert,
 * or an inventory that is registered before its nodes are started would page. One that was forgotten with an alert open is silent.
 */
const countGroups = (view: TickView, judged: readonly JudgedNode[], open: OpenAlerts): Groups => {
  const groups = new Groups();
  const paged = new Set([...open.of(NODE_OUTAGE), ...open.of(NODE_SILENT)].map(({ key }) => key));
  const isDark = view.activity.darkTicks(view.tick) * TICK_MS >= DARK_MS;
  const places = placesOf(view.activity.at(view.tick));
  for (const node of view.fleet) {
    const { nodeId } = node;
    const place = places.get(nodeId);
    const known = place === undefined ? undefined : judged[place];
    if (known === undefined) {
      groups.add(node, undefined, paged.has(nodeId) ? 'silent' : 'unseen');
      continue;
    }
    if (isDark) {
      groups.add(NOWHERE, undefined, 'silent');
      continue;
    }
    const isSilent = isDown(known.verdict) || (paged.has(nodeId) && known.evidence.rate !== 'normal');
    // Of whom nothing was heard for 10 s, as while the clock of the fleet stood still, nobody says that it is back (B4).
    groups.add(node, known.node.release, isSilent ? 'silent' : isUnheard(known.node, view) ? 'unseen' : 'live');
  }
  return groups;
};

const known = new WeakMap<TickView, Groups>();

/** The groups of a tick, counted once for all rules that read them. */
export const silentGroups = (view: TickView): Groups => {
  const groups = known.get(view) ?? countGroups(view, judgeFleet(view), view.openAlerts);
  known.set(view, groups);
  return groups;
};
