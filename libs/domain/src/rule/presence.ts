import { KEY_SEPARATOR, TICK_MS } from '#contracts';
import type { NodeSeen, PartitionTick } from '../window/partition-tick.js';

/** A node that brought nothing new for 10 s is idle: it is not live and holds no watermark back (RR12). */
const IDLE_TICKS = 10_000 / TICK_MS;
/**
 * A node silent for 5 minutes is forgotten here, well within what is applied again after a restart; it stays expected where the
 * inventory or a rollout names it.
 */
const FORGET_TICKS = 300_000 / TICK_MS;
/** Slots are open for 60 s; a node whose clock is further behind brings late data only and must not hold the others back. */
export const LATE_SLOTS = 60;

/**
 * A bad release, its bad remedy and what came between are still remembered; of a node that changes more often the oldest is forgotten,
 * and an alert of it stays unknown unless a rollout names its nodes.
 */
const FORMERLY_MAX = 4;

/** A node as its telemetry shows it. */
export interface NodePresence extends NodeSeen {
  /** The tick that last moved its watermark. */
  readonly seenTick: number;
  /** The releases it ran before, the newest first, while it is remembered; at most `FORMERLY_MAX`. */
  readonly formerly: readonly string[];
  /** The tick at which it was first seen to run its release. */
  readonly sinceTick: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** The nodes of a subject: those that should report, those that do, and how far all of them have come. */
export interface Attendance {
  readonly expected: number;
  readonly live: readonly NodePresence[];
  /** The last slot that every live node has passed; undefined without live nodes. */
  readonly watermarkSlot: number | undefined;
}

/** The key of a node's cohort. */
export const cohortKey = (release: string, region: string): string => `${release}${KEY_SEPARATOR}${region}`;

/** Which nodes report, on which release, up to when. Holds what the fleet showed in the last five minutes. */
export class Presence {
  private readonly nodes = new Map<string, Writable<NodePresence>>();
  private sorted: readonly NodePresence[] | undefined;
  /** The tick for which it was looked through last. */
  private sortedTick = -1;
  private releases: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  /** The newest slot any partition told of; -1 before the first. */
  newestSlot = -1;
  /** The first tick ever applied. */
  firstTick: number | undefined;

  apply(part: PartitionTick): void {
    this.firstTick ??= part.tick;
    for (const { slot } of part.slots) this.newestSlot = Math.max(this.newestSlot, slot);
    // Probes tell of a node from outside; whether the node itself reports, only its own outcomes say.
    if (part.topic === 'telemetry.outcomes') for (const node of part.nodes) this.see(node, part.tick);
  }

  private see(node: NodeSeen, tick: number): void {
    const known = this.nodes.get(node.nodeId);
    // Who was silent for too long comes back as new, whether or not anybody asked meanwhile: what is applied again is not evaluated.
    if (known === undefined || tick - known.seenTick > FORGET_TICKS) {
      this.nodes.set(node.nodeId, { ...node, seenTick: tick, formerly: [], sinceTick: tick });
      this.sorted = undefined;
      this.releases = undefined;
      return;
    }
    if (node.watermarkUs <= known.watermarkUs) return;
    known.watermarkUs = node.watermarkUs;
    known.seenTick = Math.max(tick, known.seenTick);
    if (node.release === known.release) return;
    const before = [known.release, ...known.formerly.filter((release) => release !== known.release)];
    known.formerly = before.slice(0, FORMERLY_MAX);
    known.release = node.release;
    known.sinceTick = tick;
    this.releases = undefined;
  }

  node(nodeId: string): NodePresence | undefined {
    return this.nodes.get(nodeId);
  }

  /** All nodes that are remembered at a tick, by id. */
  at(tick: number): readonly NodePresence[] {
    if (tick === this.sortedTick && this.sorted !== undefined) return this.sorted;
    this.sortedTick = tick;
    for (const [nodeId, node] of this.nodes) {
      if (tick - node.seenTick > FORGET_TICKS && this.nodes.delete(nodeId)) {
        this.sorted = undefined;
        this.releases = undefined;
      }
    }
    this.sorted ??= [...this.nodes.values()].sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
    return this.sorted;
  }

  /** Region → releases that ran there in the last minutes; the same map until a node comes, goes, or runs another release. */
  placementAt(tick: number): ReadonlyMap<string, ReadonlySet<string>> {
    const nodes = this.at(tick);
    return (this.releases ??= placementOf(nodes));
  }

  /** How far the nodes of a subject have come at a tick. */
  attendance(expected: number, nodes: readonly NodePresence[], tick: number): Attendance {
    const live = nodes.filter((node) => isLive(node, tick));
    const slowest = live.reduce((slot, node) => Math.min(slot, Math.floor(node.watermarkUs / 1_000_000) - 1), Infinity);
    const watermarkSlot = live.length === 0 ? undefined : Math.max(slowest, this.newestSlot - LATE_SLOTS);
    return { expected: Math.max(expected, live.length), live, watermarkSlot };
  }
}

const placementOf = (nodes: readonly NodePresence[]): ReadonlyMap<string, ReadonlySet<string>> => {
  const placement = new Map<string, Set<string>>();
  for (const { region, release } of nodes) {
    const releases = placement.get(region) ?? new Set();
    placement.set(region, releases.add(release));
  }
  return placement;
};

/** Whether a node brought something new within the last 10 s of log time. */
export const isLive = (node: NodePresence, tick: number): boolean => tick - node.seenTick <= IDLE_TICKS;
