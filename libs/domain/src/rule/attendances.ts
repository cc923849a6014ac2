import type { CatalogueNode } from './catalogue.js';
import { type Attendance, cohortKey, isLive, type NodePresence, type Presence } from './presence.js';
import { FLEET, type Subject } from './rule.js';

/** What attendances are made of. */
export interface AttendanceParts {
  readonly tick: number;
  readonly presence: Presence;
  readonly nodes: readonly NodePresence[];
  readonly fleet: readonly CatalogueNode[];
  /** Cohort → nodes that a rollout named and of which nothing is remembered. */
  readonly missing: ReadonlyMap<string, number>;
  /** Nodes that were told to leave the traffic: those that report nothing need not. */
  readonly quiet: ReadonlySet<string>;
}

type Scope = Subject['scope'];

const groupOf = (scope: Scope, { nodeId, pop, region, release }: NodePresence): string => {
  switch (scope) {
    case 'region':
      return region;
    case 'pop':
      return pop;
    case 'node':
      return nodeId;
    case 'release':
      return release;
    case 'release_region':
      return cohortKey(release, region);
    // One group of all, of which nobody asks: they have the fleet's nodes.
    case 'fleet':
    case 'customer':
      return '';
  }
};

const groupBy = <T>(values: readonly T[], keyOf: (value: T) => string): ReadonlyMap<string, readonly T[]> => {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
};

/** Nodes that should be there by the inventory, per place of a scope. */
const countPlaces = (scope: 'region' | 'pop', fleet: readonly CatalogueNode[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  for (const node of fleet) counts.set(node[scope], (counts.get(node[scope]) ?? 0) + 1);
  return counts;
};

/** Cohorts that miss nodes, counted per release. */
const missingOfRelease = (release: string, missing: ReadonlyMap<string, number>): number => {
  let count = 0;
  for (const [key, nodes] of missing) if (key.startsWith(cohortKey(release, ''))) count += nodes;
  return count;
};

/**
 * Who should report and who does, for each subject of one tick; made when it is first asked. Fleet, regions and PoPs expect their
 * inventory, releases who runs them and who was named by a rollout. A customer is served by every node: it has the fleet's.
 */
export class Attendances {
  private readonly groups = new Map<Scope, ReadonlyMap<string, readonly NodePresence[]>>();
  private readonly places = new Map<Scope, ReadonlyMap<string, number>>();
  private readonly known = new Map<Scope, Map<string, Attendance>>();

  constructor(private readonly parts: AttendanceParts) {}

  readonly of = (subject: Subject): Attendance => {
    if (subject.scope === 'customer') return this.of(FLEET);
    const known = this.known.get(subject.scope) ?? new Map<string, Attendance>();
    this.known.set(subject.scope, known);
    const attendance = known.get(subject.key) ?? this.read(subject);
    known.set(subject.key, attendance);
    return attendance;
  };

  private read(subject: Subject): Attendance {
    const { presence, nodes, tick } = this.parts;
    const members = subject.scope === 'fleet' ? nodes : this.membersOf(subject);
    const expected = this.expectedOf(subject, members.length);
    const quiet = this.quietIn(subject, members);
    // Of a place that was moved as a whole nothing is known: it is not all there because none of it need be.
    return presence.attendance(quiet < expected ? expected - quiet : expected, members, tick);
  }

  /** Nodes of a subject that were told to be quiet, and are. */
  private quietIn({ scope, key }: Subject, members: readonly NodePresence[]): number {
    const { fleet, quiet, presence, tick } = this.parts;
    if (quiet.size === 0) return 0;
    const isPlace = scope === 'fleet' || scope === 'region' || scope === 'pop';
    const all = isPlace ? fleet.filter((node) => scope === 'fleet' || node[scope] === key) : members;
    return all.filter(({ nodeId }) => {
      const node = presence.node(nodeId);
      return quiet.has(nodeId) && (node === undefined || !isLive(node, tick));
    }).length;
  }

  private expectedOf({ scope, key }: Subject, members: number): number {
    const { fleet, missing } = this.parts;
    switch (scope) {
      case 'fleet':
      case 'customer':
        return fleet.length;
      case 'node':
        return 1;
      case 'region':
      case 'pop':
        return this.placesOf(scope).get(key) ?? 0;
      case 'release':
        return members + missingOfRelease(key, missing);
      case 'release_region':
        return members + (missing.get(key) ?? 0);
    }
  }

  private membersOf({ scope, key }: Subject): readonly NodePresence[] {
    const groups = this.groups.get(scope) ?? groupBy(this.parts.nodes, (node) => groupOf(scope, node));
    this.groups.set(scope, groups);
    return groups.get(key) ?? [];
  }

  private placesOf(scope: 'region' | 'pop'): ReadonlyMap<string, number> {
    const places = this.places.get(scope) ?? countPlaces(scope, this.parts.fleet);
    this.places.set(scope, places);
    return places;
  }
}
