import { COUNT, COUNTS_PER_CELL, type CellColumns } from '../window/cells.js';
import { isResolver, OTHER_KEY, SLOT_MS, TICK_MS } from '#contracts';
import { LATE_SLOTS } from '../rule/presence.js';
import type { NodeSeen, PartitionTick } from '../window/partition-tick.js';
import { type Moment, NodeActivity } from './node-activity.js';

/**
 * A node without any sign for 5 minutes is forgotten here, well within what is applied again after a restart: an alert that is open
 * for it stays, since alerts are events.
 */
const FORGET_TICKS = 300_000 / TICK_MS;

/**
 * When no node at all gives a sign for 3 s, the clock of the fleet stands still until one does: then it is Tocsin that hears nobody,
 * its door shut or its log away, and no node is to blame. The whole fleet has an alert of its own for that (`silent_share`).
 */
const DARK_TICKS = 3_000 / TICK_MS;
/** A fleet of one or two nodes may well be silent by itself: there the clock goes on. */
const FLEET_NODES_MIN = 3;

interface Source {
  tick: number;
  incarnation: number;
  nextOffset: number;
}

/**
 * What every node showed, tick by tick of log time. Clocks of nodes do not matter to it, and a partition that is not told holds the
 * time of its nodes still: an aggregator that is replaced makes nobody silent.
 */
export class FleetActivity {
  private readonly nodes = new Map<string, NodeActivity>();
  private readonly sources = new Map<string, Source>();
  /** Topic → its partition 0: a fleet is judged by it node by node. */
  private readonly firstOf = new Map<string, Source>();
  private sorted: readonly NodeActivity[] | undefined;
  /** The tick for which it was looked through last. */
  private sortedTick = -1;
  private lastSignTick: number | undefined;
  /** Ticks by which the clock of the fleet is behind. */
  private skipped = 0;

  apply(part: PartitionTick): void {
    const source = this.advance(part);
    if (source === undefined) return;
    if (isSign(part)) this.takeSign(part.tick);
    const moment = { tick: part.tick, clock: this.clockAt(part.tick) };
    this.applyReports(part, moment);
    if (part.topic === 'telemetry.outcomes')
      for (const seen of part.nodes) {
        const node = this.of(seen.nodeId, part.tick);
        node.see(seen);
        if (isLate(seen, part.tick)) node.takeLate(moment);
        node.toldBy = source;
      }
    for (const { slot, block } of part.slots) {
      if (part.topic === 'telemetry.outcomes')
        this.applyCells(block.get('node'), part.tick, (node, good, bad) => node.takeOwn(moment, slot, good, bad));
      this.applyCells(block.get('probe'), part.tick, (node, good, bad) => node.takeProbe(moment, slot, good, bad));
    }
  }

  node(nodeId: string): NodeActivity | undefined {
    return this.nodes.get(nodeId);
  }

  /** All nodes that gave a sign in the five minutes before a tick, by id. */
  at(tick: number): readonly NodeActivity[] {
    if (tick === this.sortedTick && this.sorted !== undefined) return this.sorted;
    this.sortedTick = tick;
    for (const [nodeId, { signTick }] of this.nodes)
      if (tick - signTick > FORGET_TICKS) {
        this.nodes.delete(nodeId);
        this.sorted = undefined;
      }
    this.sorted ??= [...this.nodes.values()].toSorted((a, b) => (a.nodeId < b.nodeId ? -1 : 1));
    return this.sorted;
  }

  /** What the clock of the fleet shows at a tick. */
  clockAt(tick: number): number {
    return tick - this.skipped - Math.max(0, this.darkTicks(tick) - DARK_TICKS);
  }

  /** For how long no node gave a sign. */
  darkTicks(tick: number): number {
    if (this.lastSignTick === undefined || this.nodes.size < FLEET_NODES_MIN) return 0;
    const ticks = Math.max(0, tick - this.lastSignTick);
    // Then all of them are forgotten, and those that come back are new.
    return ticks > FORGET_TICKS ? 0 : ticks;
  }

  /** Up to when, by the clock of the fleet, the outcomes of a node are told at a tick. */
  toldTick({ toldBy }: NodeActivity, tick: number): number {
    return this.clockAt(Math.min(tick, toldBy?.tick ?? tick));
  }

  /** Up to when a topic of one partition is told at a tick. */
  toldTickOf(topic: 'telemetry.nodes' | 'telemetry.probes', tick: number): number {
    return this.clockAt(Math.min(tick, this.firstOf.get(topic)?.tick ?? tick));
  }

  private takeSign(tick: number): void {
    this.skipped += Math.max(0, this.darkTicks(tick) - DARK_TICKS);
    this.lastSignTick = Math.max(tick, this.lastSignTick ?? tick);
  }

  /** The source of a part; undefined when a process that was replaced told it. */
  private advance({ topic, partition, tick, incarnation, nextOffset }: PartitionTick): Source | undefined {
    const name = `${topic}/${partition}`;
    const source = this.sources.get(name) ?? { tick, incarnation, nextOffset: 0 };
    if (incarnation < source.incarnation) return undefined;
    if (incarnation === source.incarnation && nextOffset < source.nextOffset) return undefined;
    source.tick = Math.max(source.tick, tick);
    source.incarnation = incarnation;
    source.nextOffset = nextOffset;
    this.sources.set(name, source);
    if (partition === 0) this.firstOf.set(topic, source);
    return source;
  }

  private applyReports({ reports }: PartitionTick, moment: Moment): void {
    for (const report of reports) {
      if (report.type === 'heartbeat') this.of(report.nodeId, moment.tick).takeHeartbeat(moment, report);
      else if (report.type === 'crash') this.nodes.get(report.nodeId)?.takeCrash(moment, report);
    }
  }

  private applyCells(
    cells: CellColumns | undefined,
    tick: number,
    take: (node: NodeActivity, good: number, bad: number) => void,
  ): void {
    if (cells === undefined) return;
    const { size, keys, counts } = cells;
    for (let row = 0; row < size; row += 1) {
      const key = keys[row]!;
      // A resolver is no node: its probes show whether what we answer spreads, and nobody here can mend it.
      if (key === OTHER_KEY || isResolver(key)) continue;
      const at = row * COUNTS_PER_CELL;
      take(this.of(key, tick), counts[at + COUNT.good]!, counts[at + COUNT.bad]!);
    }
  }

  /** Who gave no sign for too long comes back as new, whether or not anybody asked meanwhile. */
  private of(nodeId: string, tick: number): NodeActivity {
    const known = this.nodes.get(nodeId);
    if (known !== undefined && (known.signTick < 0 || tick - known.signTick <= FORGET_TICKS)) return known;
    const made = new NodeActivity(nodeId);
    this.nodes.set(nodeId, made);
    this.sorted = undefined;
    return made;
  }
}

/** Whether all that came of a node in a tick belongs to slots that are closed. */
const isLate = ({ watermarkUs }: NodeSeen, tick: number): boolean =>
  watermarkUs / 1_000 <= (tick + 1) * TICK_MS - LATE_SLOTS * SLOT_MS;

/** Whether a node says something of itself: what probers say is no sign of it. */
const isSign = ({ topic, nodes, reports }: PartitionTick): boolean =>
  (topic === 'telemetry.outcomes' && nodes.length > 0) || reports.some(({ type }) => type === 'heartbeat');
