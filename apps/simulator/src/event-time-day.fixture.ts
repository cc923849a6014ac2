import { createHash } from 'node:crypto';
import {
  callKeyOf,
  type Event,
  type EventOf,
  eventSchemas,
  type EventType,
  type NodeReport,
  type Release,
  releaseName,
  type Signal,
  SLOT_MS,
  TICK_MS,
} from '#contracts';
import {
  createEngine,
  createSlidingWindows,
  createSlotFold,
  type Engine,
  type EngineOptions,
  type PartitionTick,
  type SlotFold,
  windowsOf,
} from '#domain';
import { DEFAULT_RULES } from '#testing';
import { CUSTOMERS, type SimulatedCustomer } from './customers.js';
import { type Executor, obeying } from './executors.fixture.js';
import { exposedCustomers } from './exposure.js';
import { type FleetNode, GOOD_RELEASE } from './fleet.js';
import { createOracle } from './oracle.js';
import { createRandom } from './random.js';
import { createSimulatedNode, type SimulatedNode, type Step } from './simulated-node.js';
import { createZonePicker, rankedZones, type ZonePicker } from './traffic.js';

/** Event time of the first step. */
export const START_MS = Date.UTC(2021, 6, 22, 11, 46, 52);
/** Slots that stay open: the accepted lateness. */
const OPEN_SLOTS = 60;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** An event and when it was decided. */
export interface Told {
  readonly atMs: number;
  readonly stream: string;
  readonly event: Event;
}

/** What wakes a person: when, and under which key a receiver folds it. */
export interface Page {
  readonly atMs: number;
  readonly dedupKey: string;
}

/** What a day begins with. */
export interface EventTimeDayOptions {
  readonly fleet: readonly FleetNode[];
  readonly seed: number;
  /** Of each node. */
  readonly queriesPerSecond: number;
  /** Everybody unless told. */
  readonly customers?: readonly SimulatedCustomer[];
  /** For how long a wave must look healthy; absent: as shipped. */
  readonly verifyMs?: number;
  /** What a node runs at first; the good release unless told. */
  readonly releaseOf?: (node: FleetNode) => Release;
  /** Who acts on commands; one that obeys unless told. */
  readonly executor?: Executor;
}

const optionsOf = ({ fleet, customers = CUSTOMERS, verifyMs }: EventTimeDayOptions): EngineOptions => ({
  rules: DEFAULT_RULES,
  catalogue: { customers, nodes: fleet },
  ...(verifyMs !== undefined && { settings: { verifyMs } }),
  hash: (text) => sha256(text).slice(0, 16),
  sha256,
});

interface Due {
  readonly atMs: number;
  readonly act: () => void;
}

/** Simulated nodes, the fold and the rules of the product, in event time, and nothing in between: no process, no log, no clock. */
export class EventTimeDay {
  readonly told: Told[] = [];
  readonly oracle = createOracle();
  readonly exposed: readonly SimulatedCustomer[];
  readonly nodes: ReadonlyMap<string, SimulatedNode>;
  /** Nodes that go on serving while nothing of what they observe arrives. */
  readonly blind = new Set<string>();
  nowMs = START_MS;
  private readonly pickers: ReadonlyMap<string, ZonePicker>;
  private readonly customerOf: ReadonlyMap<string, string>;
  private readonly fold: SlotFold;
  private readonly engine: Engine;
  private readonly executor: Executor;
  private readonly versions = new Map<string, number>();
  private due: Due[] = [];
  private reports: NodeReport[] = [];
  private signals: Signal[] = [];

  constructor(options: EventTimeDayOptions) {
    const { fleet, seed, customers = CUSTOMERS, executor = obeying() } = options;
    this.executor = executor;
    this.customerOf = new Map(customers.flatMap(({ customerId, zones }) => zones.map((zone) => [zone, customerId])));
    this.exposed = exposedCustomers(customers, seed);
    const inCloud = createZonePicker(rankedZones(this.exposed, seed));
    const everywhere = createZonePicker(rankedZones(customers, seed));
    this.pickers = new Map(fleet.map(({ nodeId, firstCloud }) => [nodeId, firstCloud ? inCloud : everywhere]));
    this.nodes = new Map(fleet.map((node) => [node.nodeId, this.makeNode(node, options)]));
    const catalogue = { customerOf: (zone: string) => this.customerOf.get(zone), version: () => 1 };
    this.fold = createSlotFold({ catalogue, openSlots: OPEN_SLOTS, zonesMax: 1_000 });
    const engineOptions = optionsOf(options);
    this.engine = createEngine(engineOptions, createSlidingWindows(windowsOf(engineOptions)));
  }

  /** Seconds since the first step. */
  get afterS(): number {
    return (this.nowMs - START_MS) / 1_000;
  }

  /** Goes on; in steps of more than a tick where nothing needs a closer look. */
  play(seconds: number, stepMs = TICK_MS): this {
    const endMs = this.nowMs + seconds * 1_000;
    while (this.nowMs < endMs) this.step(stepMs);
    return this;
  }

  /** Goes on until an event of a type was decided, at most so many seconds; says whether it was. */
  playUntil(type: EventType, seconds: number, stepMs = TICK_MS): boolean {
    const endMs = this.nowMs + seconds * 1_000;
    const from = this.told.length;
    while (this.nowMs < endMs) {
      this.step(stepMs);
      if (this.told.slice(from).some(({ event }) => event.type === type)) return true;
    }
    return false;
  }

  /** Appends what somebody else decided: a person, or a deploy system. */
  record(stream: string, ...events: readonly Event[]): void {
    for (const each of events) this.take(stream, each);
  }

  signal(...signals: readonly Signal[]): void {
    this.signals.push(...signals);
  }

  report(...reports: readonly NodeReport[]): void {
    this.reports.push(...reports);
  }

  /** Does something so much event time later. */
  later(afterMs: number, act: () => void): void {
    this.due.push({ atMs: this.nowMs + afterMs, act });
  }

  node(nodeId: string): SimulatedNode {
    const node = this.nodes.get(nodeId);
    if (node === undefined) throw new Error(`there is no node ${nodeId}`);
    return node;
  }

  /** The servers of nodes crash, and come back corrupted. */
  corrupt(nodeIds: Iterable<string>): void {
    for (const nodeId of nodeIds) this.node(nodeId).corruptFrom(this.nowMs * 1_000);
  }

  all<T extends EventType>(type: T): readonly { readonly atMs: number; readonly data: EventOf<T>['data'] }[] {
    return all(this.told, type);
  }

  /** What left, once for each key: the page of an incident that is not muted, and each call beside it. */
  pages(): readonly Page[] {
    const keyOf = ({ event: { type, data } }: Told): string | undefined => {
      if (type === 'IncidentOpened') return data.muted === undefined ? data.incidentId : undefined;
      return type === 'IncidentEscalated' ? callKeyOf(data) : undefined;
    };
    const pages = new Map<string, number>();
    for (const each of this.told) {
      const key = keyOf(each);
      if (key !== undefined && !pages.has(key)) pages.set(key, each.atMs);
    }
    return [...pages].map(([dedupKey, atMs]) => ({ dedupKey, atMs }));
  }

  private makeNode(node: FleetNode, options: EventTimeDayOptions): SimulatedNode {
    const { seed, queriesPerSecond, releaseOf = () => GOOD_RELEASE } = options;
    const picker = this.pickers.get(node.nodeId);
    if (picker === undefined) throw new Error(`node ${node.nodeId} asks for nobody`);
    const random = createRandom(seed, node.nodeId);
    return createSimulatedNode({ node, random, picker, queriesPerSecond, release: releaseOf(node), bootId: 1n });
  }

  private step(stepMs: number): void {
    const fromMs = this.nowMs;
    const ready = this.due.filter(({ atMs }) => atMs <= fromMs);
    this.due = this.due.filter(({ atMs }) => atMs > fromMs);
    for (const { act } of ready) act();
    this.nowMs += stepMs;
    const tick = this.nowMs / TICK_MS - 1;
    this.engine.apply(this.partOf(tick, fromMs));
    for (const { stream, events } of this.engine.evaluate(tick)) for (const event of events) this.take(stream, event);
  }

  private take(stream: string, decided: Event): void {
    eventSchemas[decided.type].parse(decided.data);
    // What comes back from the store is JSON: nothing else may matter.
    const event = JSON.parse(JSON.stringify(decided)) as Event;
    const version = (this.versions.get(stream) ?? 0) + 1;
    this.versions.set(stream, version);
    this.engine.evolve({ stream, version, event });
    this.told.push({ atMs: this.nowMs, stream, event });
    if (event.type === 'CommandIssued') this.executor(event.data.command, this);
    if (event.type === 'WaveRepeated') this.repeat(event.data.commandId);
  }

  /** The dispatcher sends it again, as it was. */
  private repeat(commandId: string): void {
    const issued = this.all('CommandIssued').find(({ data }) => data.command.commandId === commandId);
    if (issued !== undefined) this.executor(issued.data.command, this);
  }

  private tellOracle(nodeId: string, { firstFaultUs, faultZones }: Step): void {
    if (firstFaultUs === undefined) return;
    const zones = [...faultZones].map((zone) => this.pickers.get(nodeId)?.zones[zone] ?? '');
    this.oracle.failed(
      firstFaultUs,
      zones.map((zone) => this.customerOf.get(zone) ?? ''),
    );
  }

  private partOf(tick: number, fromMs: number): PartitionTick {
    const seen = [...this.nodes.values()].flatMap((node) => {
      const step = node.step(fromMs * 1_000, this.nowMs * 1_000);
      if (step === undefined) return [];
      this.tellOracle(node.nodeId, step);
      if (this.blind.has(node.nodeId)) return [];
      const batch = { ...step.batch, agentBootId: '1', seq: 1, published: 0 };
      const { watermarkUs = 0 } = this.fold.fold(batch, this.nowMs);
      const { nodeId, pop, region } = node;
      return [{ nodeId, pop, region, release: releaseName(node.release()), watermarkUs }];
    });
    const newest = Math.floor((this.nowMs - 1) / SLOT_MS);
    const slots = this.fold.takeChanged({ closedBefore: newest - OPEN_SLOTS });
    this.fold.takeDelta(() => undefined);
    const part = { topic: 'telemetry.outcomes' as const, partition: 0, incarnation: 1, tick, nextOffset: tick };
    const [reports, signals] = [this.reports, this.signals];
    [this.reports, this.signals] = [[], []];
    return { ...part, slots, nodes: seen, reports, signals };
  }
}

/** The decisions of a kind, in order. */
export const all = <T extends EventType>(
  told: readonly Told[],
  type: T,
): { atMs: number; data: EventOf<T>['data'] }[] =>
  told
    .filter(({ event }) => event.type === type)
    .map(({ atMs, event }) => ({ atMs, data: event.data as EventOf<T>['data'] }));
