import { type Event, eventSchemas, type NodeReport, SLOT_MS, TICK_MS } from '#contracts';
import { plainCells } from '#testing';
import type { CatalogueNode } from '../rule/catalogue.js';
import type { EvolvedEvent } from '../rule/decider-state.js';
import { type Engine, REAPPLY_MS, windowsOf } from '../rule/engine.js';
import { createEngine } from '../rule/rules-engine.js';
import type { PartitionTick } from '../window/partition-tick.js';
import { createSlidingWindows } from '../window/sliding-windows.js';

/** A node of a story; a test changes it as the story goes on. */
export interface StoryNode extends CatalogueNode {
  release: string;
  qps: number;
  /** Sends neither outcomes nor heartbeats. */
  isDead: boolean;
  /** Sends outcomes. */
  isAnswering: boolean;
  isBeating: boolean;
  serverBoot: number;
  agentBoot: number;
  completeness: number;
  /** Probes of each tick that pass and that fail. */
  probes: readonly [good: number, bad: number];
}

const TICKS_PER_SLOT = SLOT_MS / TICK_MS;
/** As the aggregator has it: what is older is written, and not told. */
const OPEN_SLOTS = 60;
const FIRST_TICK = Date.UTC(2021, 6, 22, 11, 0) / TICK_MS;

type Counts = Map<string, [good: number, bad: number, timeout: number]>;

/** A fleet that is told tick by tick to an engine without rules but those on presence, in event time. */
export class FleetStory {
  readonly nodes: StoryNode[] = [];
  readonly told: { readonly afterS: number; readonly event: Event }[] = [];
  /** Nodes of the inventory that are never started. */
  readonly planned: CatalogueNode[] = [];
  readonly crashes: string[] = [];
  /** While set, the partition of the outcomes is not told. */
  isUntold = false;
  /** While set, nothing of any node reaches the log: the gateway or the log is away, and nodes keep what they have to say. */
  isAway = false;
  /** Slots that nodes send in a tick, oldest first, of those that they kept. */
  keptPerTick = 8;
  private readonly recorded: EvolvedEvent[] = [];
  private readonly parts: (readonly PartitionTick[])[] = [];
  private readonly versions = new Map<string, number>();
  private own: Counts = new Map();
  /** Slot → what nodes hold of it, since Tocsin was away. */
  private readonly kept = new Map<number, Counts>();
  private probed: Counts = new Map();
  private engine: Engine | undefined;
  private tick = FIRST_TICK;

  add(nodeId: string, pop: string, region: string, changes: Partial<StoryNode> = {}): StoryNode {
    const well = { isDead: false, isAnswering: true, isBeating: true, serverBoot: 1, agentBoot: 1, completeness: 1 };
    const node: StoryNode = { nodeId, pop, region, release: 'v1+c1', qps: 400, probes: [0, 0], ...well, ...changes };
    this.nodes.push(node);
    return node;
  }

  /** Adds so many nodes of a PoP, named after it. */
  addPop(pop: string, region: string, count: number, changes: Partial<StoryNode> = {}): readonly StoryNode[] {
    return Array.from({ length: count }, (_, nth) => this.add(`${pop}-${nth}`, pop, region, changes));
  }

  get afterS(): number {
    return ((this.tick - FIRST_TICK) * TICK_MS) / 1_000;
  }

  play(seconds: number): this {
    for (const end = this.tick + (seconds * 1_000) / TICK_MS; this.tick < end; this.tick += 1) {
      const parts = this.tellTick();
      this.parts.push(parts);
      this.engine ??= this.newEngine();
      for (const part of parts) this.engine.apply(part);
      for (const { stream, events } of this.engine.evaluate(this.tick))
        for (const event of events) this.record(stream, event);
    }
    return this;
  }

  /** Goes on as a process does that was killed: with the events and the last six minutes of ticks. */
  restart(): void {
    const engine = this.newEngine();
    for (const each of this.recorded) engine.evolve(each);
    for (const parts of this.parts.slice(-REAPPLY_MS / TICK_MS)) for (const part of parts) engine.apply(part);
    this.engine = engine;
  }

  /** `rule scope key` of the alerts that fired, in order. */
  fired(): readonly string[] {
    return this.told.flatMap(({ event }) =>
      event.type === 'AlertFired' ? [`${event.data.rule} ${event.data.scope} ${event.data.key}`] : [],
    );
  }

  /** The rules of the alerts that fired as pages. */
  pages(): readonly string[] {
    return this.told.flatMap(({ event }) =>
      event.type === 'AlertFired' && event.data.severity === 'critical' ? [event.data.rule] : [],
    );
  }

  count(type: Event['type']): number {
    return this.told.filter(({ event }) => event.type === type).length;
  }

  firstS(type: Event['type']): number {
    return this.told.find(({ event }) => event.type === type)?.afterS ?? NaN;
  }

  private newEngine(): Engine {
    const options = {
      rules: [],
      catalogue: { customers: [], nodes: [...this.nodes, ...this.planned] },
      hash: (text: string) => text.slice(0, 128),
      sha256: (text: string) => text,
    };
    return createEngine(options, createSlidingWindows(windowsOf(options)));
  }

  private record(stream: string, event: Event): void {
    eventSchemas[event.type].parse(event.data);
    const version = (this.versions.get(stream) ?? 0) + 1;
    this.versions.set(stream, version);
    this.recorded.push({ stream, version, event });
    this.engine?.evolve({ stream, version, event });
    this.told.push({ afterS: this.afterS, event });
  }

  private tellTick(): readonly PartitionTick[] {
    const { tick } = this;
    if (tick % TICKS_PER_SLOT === 0) [this.own, this.probed] = [new Map(), new Map()];
    const slot = Math.floor(tick / TICKS_PER_SLOT);
    const base = {
      incarnation: 1,
      partition: 0,
      tick,
      nextOffset: tick,
      slots: [],
      nodes: [],
      reports: [],
      signals: [],
    };
    const answering = this.nodes.filter(({ isDead, isAnswering }) => !isDead && isAnswering);
    for (const { nodeId, qps } of answering) add(this.own, nodeId, qps / TICKS_PER_SLOT, 0);
    for (const { nodeId, probes } of this.nodes) if (probes[0] + probes[1] > 0) add(this.probed, nodeId, ...probes);
    const slotOf = (family: 'node' | 'probe', counts: Counts, of = slot) =>
      counts.size === 0 ? [] : [{ slot: of, closed: false, block: new Map([[family, plainCells(family, counts)]]) }];
    const sent = this.send(slot);
    const newest = sent.at(-1)?.[0] ?? slot;
    const watermarkUs = Math.min((newest + 1) * SLOT_MS, (tick + 1) * TICK_MS) * 1_000;
    const nodes = answering.map(({ nodeId, pop, region, release }) => ({ nodeId, pop, region, release, watermarkUs }));
    const isTold = ([of]: readonly [number, Counts]): boolean => of > slot - OPEN_SLOTS;
    const slots = sent.filter(isTold).flatMap(([of, counts]) => slotOf('node', counts, of));
    const outcomes = { ...base, topic: 'telemetry.outcomes' as const, slots, nodes: sent.length > 0 ? nodes : [] };
    return [
      ...(this.isUntold ? [] : [outcomes]),
      { ...base, topic: 'telemetry.nodes', reports: this.isAway ? [] : this.reports() },
      { ...base, topic: 'telemetry.probes', slots: this.isAway ? [] : slotOf('probe', this.probed) },
    ];
  }

  /** The slots of which outcomes reach the log in a tick: the newest, or what was kept, oldest first. */
  private send(slot: number): readonly (readonly [slot: number, counts: Counts])[] {
    if (!this.isAway && this.kept.size === 0) return [[slot, this.own]];
    this.kept.set(slot, this.own);
    if (this.isAway) return [];
    const sent = [...this.kept].slice(0, this.keptPerTick);
    for (const [each] of sent) this.kept.delete(each);
    return sent;
  }

  private reports(): readonly NodeReport[] {
    const atUs = this.tick * TICK_MS * 1_000;
    const bootsOf = ({ agentBoot, serverBoot }: StoryNode) => ({
      agentBootId: String(agentBoot),
      serverBootId: String(serverBoot),
    });
    const isDue = this.tick % TICKS_PER_SLOT === 0;
    const beating = this.nodes.filter(({ isDead, isBeating }) => isDue && !isDead && isBeating);
    const crashed = this.crashes.splice(0).flatMap((id) => this.nodes.filter(({ nodeId }) => nodeId === id));
    return [
      ...crashed.map((node) => ({
        type: 'crash' as const,
        nodeId: node.nodeId,
        atUs,
        detail: 'SIGSEGV',
        ...bootsOf(node),
      })),
      ...beating.map((node) => {
        const [softwareVersion = '', configRev = ''] = node.release.split('+');
        const { nodeId, pop, region, completeness } = node;
        const queued = this.kept.size * TICKS_PER_SLOT;
        const counts = { observed: 0, dropped: 0, queued, taps: 1, completeness };
        return {
          type: 'heartbeat' as const,
          nodeId,
          pop,
          region,
          atUs,
          softwareVersion,
          configRev,
          ...bootsOf(node),
          ...counts,
        };
      }),
    ];
  }
}

const add = (counts: Counts, key: string, good: number, bad: number): void => {
  const [good0, bad0] = counts.get(key) ?? [0, 0];
  counts.set(key, [good0 + good, bad0 + bad, 0]);
};
