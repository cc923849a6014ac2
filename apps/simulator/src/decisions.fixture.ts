import { createHash } from 'node:crypto';
import {
  type CommandAnswer,
  type Event,
  type EventOf,
  type EventType,
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
import { CUSTOMERS } from './customers.js';
import { exposedCustomers } from './exposure.js';
import { BAD_RELEASE, buildFleet, type FleetNode, GOOD_RELEASE, rolloutBatches } from './fleet.js';
import { createOracle, type Oracle } from './oracle.js';
import { createRandom } from './random.js';
import { createSimulatedNode, type SimulatedNode, type Step } from './simulated-node.js';
import { createZonePicker, rankedZones, type ZonePicker } from './traffic.js';

/** Event time of the first step. */
export const START_MS = Date.UTC(2021, 6, 22, 11, 46, 52);
const LEAD_TICKS = 8_000 / TICK_MS;
const RESTART_TICKS = 1_000 / TICK_MS;
const VERIFY_MS = 3_000;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** An event and when it was decided. */
export interface Told {
  readonly atMs: number;
  readonly event: Event;
}

/** What happens to a node that has the bad release, once the windows know what normal is. */
export type Strike = (node: SimulatedNode, atUs: number) => void;

/** What was decided, what really failed, and whose queries reach the bad release. */
export interface PlayedDecisions {
  readonly told: readonly Told[];
  readonly oracle: Oracle;
  readonly exposed: ReadonlySet<string>;
}

/** The day's own: the server crashes, and comes back corrupted. */
const corrupt: Strike = (node, atUs) => node.corruptFrom(atUs);

const optionsOf = (fleet: readonly FleetNode[]): EngineOptions => ({
  rules: DEFAULT_RULES,
  catalogue: { customers: CUSTOMERS, nodes: fleet },
  settings: { verifyMs: VERIFY_MS },
  hash: (text) => sha256(text).slice(0, 16),
  sha256,
});

const deploySignals = (fleet: readonly FleetNode[]): Signal[] =>
  rolloutBatches(fleet).map((batch, index) => ({
    type: 'deploy',
    rolloutId: 'rollout-1',
    service: 'edge-dns',
    release: BAD_RELEASE,
    previous: GOOD_RELEASE,
    stage: `batch-${index + 1}`,
    nodes: batch.map(({ nodeId }) => nodeId),
    atUs: START_MS * 1_000,
  }));

/** Simulated nodes, the fold and the rules of the product, in event time, and nothing in between. */
class DecisionsPlay {
  readonly told: Told[] = [];
  readonly oracle = createOracle();
  readonly exposed: readonly (typeof CUSTOMERS)[number][];
  private readonly nodes: ReadonlyMap<string, SimulatedNode>;
  private readonly exposedZones: ZonePicker;
  private readonly customerOf = new Map(
    CUSTOMERS.flatMap(({ customerId, zones }) => zones.map((zone) => [zone, customerId])),
  );
  private readonly fold: SlotFold;
  private readonly engine: Engine;
  private readonly versions = new Map<string, number>();
  private due: { readonly tick: number; readonly act: () => CommandAnswer[] }[] = [];
  private answers: CommandAnswer[] = [];
  private signals: Signal[];

  constructor(
    private readonly fleet: readonly FleetNode[],
    seed: number,
  ) {
    this.exposed = exposedCustomers(CUSTOMERS, seed);
    this.exposedZones = createZonePicker(rankedZones(this.exposed, seed));
    const everywhere = createZonePicker(rankedZones(CUSTOMERS, seed));
    const make = (node: FleetNode): SimulatedNode =>
      createSimulatedNode({
        node,
        random: createRandom(seed, node.nodeId),
        picker: node.firstCloud ? this.exposedZones : everywhere,
        queriesPerSecond: 200,
        release: node.firstCloud ? BAD_RELEASE : GOOD_RELEASE,
        bootId: 1n,
      });
    this.nodes = new Map(fleet.map((node) => [node.nodeId, make(node)]));
    const catalogue = { customerOf: (zone: string) => this.customerOf.get(zone), version: () => 1 };
    this.fold = createSlotFold({ catalogue, openSlots: 60, zonesMax: 1_000 });
    const options = optionsOf(fleet);
    this.engine = createEngine(options, createSlidingWindows(windowsOf(options)));
    this.signals = deploySignals(fleet);
  }

  /** The nodes that have the bad release. */
  struck(): readonly SimulatedNode[] {
    return rolloutBatches(this.fleet)
      .flat()
      .flatMap(({ nodeId }) => this.nodes.get(nodeId) ?? []);
  }

  play(fromMs: number): void {
    const tick = fromMs / TICK_MS;
    for (const each of this.due.filter((action) => action.tick <= tick)) this.answers.push(...each.act());
    this.due = this.due.filter((action) => action.tick > tick);
    this.engine.apply(this.partOf(tick, fromMs));
    for (const { stream, events } of this.engine.evaluate(tick))
      for (const event of events) this.take(stream, event, tick, fromMs + TICK_MS);
  }

  private take(stream: string, event: Event, tick: number, nowMs: number): void {
    const version = (this.versions.get(stream) ?? 0) + 1;
    this.versions.set(stream, version);
    this.engine.evolve({ stream, version, event });
    this.told.push({ atMs: nowMs, event });
    if (event.type === 'CommandIssued') this.obey(event.data, tick, nowMs);
  }

  private obey({ command }: EventOf<'CommandIssued'>['data'], tick: number, nowMs: number): void {
    const { commandId, generation, audience, to } = command;
    for (const nodeId of audience) this.nodes.get(nodeId)?.stop();
    const answer = (nodeId: string, status: 'accepted' | 'done'): CommandAnswer => ({
      type: 'answer',
      nodeId,
      agentBootId: '1',
      atUs: nowMs * 1_000,
      commandId,
      generation,
      status,
      detail: '',
    });
    this.answers.push(...audience.map((nodeId) => answer(nodeId, 'accepted')));
    const act = (): CommandAnswer[] =>
      audience.map((nodeId) => {
        this.nodes.get(nodeId)?.start(to);
        return { ...answer(nodeId, 'done'), ...to };
      });
    this.due.push({ tick: tick + RESTART_TICKS, act });
  }

  private tellOracle({ firstFaultUs, faultZones }: Step): void {
    if (firstFaultUs === undefined) return;
    const zones = [...faultZones].map((zone) => this.exposedZones.zones[zone] ?? '');
    this.oracle.failed(
      firstFaultUs,
      zones.map((zone) => this.customerOf.get(zone) ?? ''),
    );
  }

  private partOf(tick: number, fromMs: number): PartitionTick {
    const seen = [...this.nodes.values()].flatMap((node) => {
      const step = node.step(fromMs * 1_000, (fromMs + TICK_MS) * 1_000);
      if (step === undefined) return [];
      this.tellOracle(step);
      const batch = { ...step.batch, agentBootId: '1', seq: 1, published: 0 };
      const { watermarkUs = 0 } = this.fold.fold(batch, fromMs + TICK_MS);
      const { nodeId, pop, region } = node;
      return [{ nodeId, pop, region, release: releaseName(node.release()), watermarkUs }];
    });
    const newest = Math.floor((fromMs + TICK_MS - 1) / SLOT_MS);
    const slots = this.fold.takeChanged({ closedBefore: newest - 60 });
    this.fold.takeDelta(() => undefined);
    const part = { topic: 'telemetry.outcomes' as const, partition: 0, incarnation: 1, tick, nextOffset: tick };
    const [reports, signals] = [this.answers, this.signals];
    [this.answers, this.signals] = [[], []];
    return { ...part, slots, nodes: seen, reports, signals };
  }
}

/** Plays so many seconds of the day; 8 s after the start the nodes of the bad release are struck. */
export const playDecisions = (seed: number, seconds: number, strike = corrupt): PlayedDecisions => {
  const play = new DecisionsPlay(buildFleet(48), seed);
  for (let step = 0; step < (seconds * 1_000) / TICK_MS; step += 1) {
    const fromMs = START_MS + step * TICK_MS;
    if (step === LEAD_TICKS) for (const node of play.struck()) strike(node, fromMs * 1_000);
    play.play(fromMs);
  }
  const { told, oracle, exposed } = play;
  return { told, oracle, exposed: new Set(exposed.map(({ customerId }) => customerId)) };
};

/** The decisions of a kind, in order. */
export const all = <T extends EventType>(
  told: readonly Told[],
  type: T,
): { atMs: number; data: EventOf<T>['data'] }[] =>
  told
    .filter(({ event }) => event.type === type)
    .map(({ atMs, event }) => ({ atMs, data: event.data as EventOf<T>['data'] }));
