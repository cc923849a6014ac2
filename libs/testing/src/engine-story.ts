import { createHash } from 'node:crypto';
import {
  type Command,
  type Event,
  type EventOf,
  type EventType,
  eventSchemas,
  isRefusal,
  SLOT_MS,
  streamOf,
  TICK_MS,
} from '#contracts';
import {
  type CatalogueCustomer,
  decodeTick,
  encodeTick,
  type EngineSettings,
  type EvolvedEvent,
  type PartitionTick,
  type Rule,
  RulesEngine,
} from '#domain';
import { attestationsOf } from './attestations.js';
import { DEFAULT_RULES } from './default-rules.js';
import { EventTimeFleet } from './event-time-fleet.js';
import { createPlainWindows, plainCells } from './plain-windows.js';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What `slots` tells of a tick: the rules know nothing else. */
const told = (part: PartitionTick): PartitionTick => {
  const read = decodeTick(encodeTick(part));
  if (isRefusal(read)) throw new Error(`tell tick ${part.tick}: ${read.detail}`);
  return read;
};

/** An event of a story: when it was decided, in seconds after the story's origin. */
export interface ToldEvent {
  readonly afterS: number;
  readonly stream: string;
  readonly event: Event;
}

/** Where stories begin, a minute boundary far from any window's edge: 2021-07-22 11:47 UTC. */
export const ORIGIN_MS = Date.UTC(2021, 6, 22, 11, 47);
const ORIGIN_TICK = ORIGIN_MS / TICK_MS;
/** Healthy time before the origin: longer than the longest window. */
const WARM_UP_TICKS = 310_000 / TICK_MS;
/** One hour of healthy minutes before the warm-up: the baseline of a fleet that fails 0.05 %. */
const seededMinutes = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    minute: ORIGIN_MS / 60_000 - 2 - index,
    good: 999_500,
    bad: 500,
  }));

/** Two hours of a customer that fails 0.05 %, a minute of every ten. */
const seededPools = ({ customerId }: CatalogueCustomer) =>
  Array.from({ length: 12 }, (_, index) => ({
    customerId,
    minute: ORIGIN_MS / 60_000 - 10 * (index + 2),
    good: 99_950,
    bad: 50,
  }));

/** What a story begins with. */
export interface StoryOptions {
  readonly customers: readonly CatalogueCustomer[];
  readonly settings?: EngineSettings;
  /** The default pack unless told. */
  readonly rules?: readonly Rule[];
  /**
   * Services whose deploy system vouches for what runs when the story begins: good for two days, on all of its nodes, and going back to it
   * was rehearsed. `dns` unless told.
   */
  readonly attestedFor?: readonly string[];
  /** Minutes of healthy history; 60 unless told. */
  readonly historyMinutes?: number;
  /** Builds the fleet, before the warm-up. */
  readonly build: (fleet: EventTimeFleet) => void;
}

/**
 * Plays a fleet against the engine in event time and keeps what it decided. `play` goes on for a number of seconds; `restart`
 * forgets everything but the recorded events and the ticks, as a process that was killed does.
 */
export class EngineStory {
  readonly fleet: EventTimeFleet;
  readonly told: ToldEvent[] = [];
  private readonly recorded: EvolvedEvent[] = [];
  private readonly versions = new Map<string, number>();
  private ticks: (readonly PartitionTick[])[] = [];
  private engine: RulesEngine;
  private now = ORIGIN_TICK - WARM_UP_TICKS;
  /** Called after each tick, with what was decided on it; it may change the fleet. */
  onDecided: (events: readonly Event[], afterS: number) => void = () => undefined;

  constructor(private readonly options: StoryOptions) {
    this.fleet = new EventTimeFleet(
      options.customers.map(({ customerId }) => customerId),
      plainCells,
    );
    options.build(this.fleet);
    this.engine = this.newEngine();
    for (const service of options.attestedFor ?? ['dns']) this.attest(service);
    while (this.now < ORIGIN_TICK) this.applyNext(SLOT_MS / TICK_MS);
  }

  /** Seconds after the origin. */
  get afterS(): number {
    return ((this.now - ORIGIN_TICK) * TICK_MS) / 1_000;
  }

  play(seconds: number): this {
    const end = this.now + (seconds * 1_000) / TICK_MS;
    while (this.now < end) {
      this.applyNext();
      const decisions = this.engine.evaluate(this.now - 1);
      for (const { stream, expectedVersion, events } of decisions) this.record(stream, expectedVersion, events);
      this.onDecided(
        decisions.flatMap(({ events }) => events),
        this.afterS,
      );
    }
    return this;
  }

  /** Records what somebody else decided. */
  tell(stream: string, ...events: readonly Event[]): void {
    this.record(stream, this.versions.get(stream) ?? 0, events);
  }

  restart(): void {
    this.engine = this.newEngine();
    for (const each of this.recorded) this.engine.evolve(each);
    for (const parts of this.ticks) for (const part of parts) this.engine.apply(part);
  }

  /** When, in seconds, the first event of a type was decided that fits; undefined if never. */
  firstS<T extends EventType>(type: T, fits: (data: EventOf<T>['data']) => boolean = () => true): number | undefined {
    return this.told.find(({ event }) => event.type === type && fits(event.data as EventOf<T>['data']))?.afterS;
  }

  all<T extends EventType>(type: T): readonly EventOf<T>['data'][] {
    return this.told.filter(({ event }) => event.type === type).map(({ event }) => event.data as EventOf<T>['data']);
  }

  /** As its deploy system tells it before the story begins; no part of what the story tells. */
  private attest(service: string): void {
    for (const name of new Set(this.fleet.nodes.map(({ release }) => release))) {
      const nodes = this.fleet.nodes.filter(({ release }) => release === name).length;
      const stream = streamOf.release(service, name);
      for (const event of attestationsOf({ service, release: name, nodes, at: ORIGIN_MS })) {
        const version = (this.versions.get(stream) ?? 0) + 1;
        this.versions.set(stream, version);
        this.recorded.push({ stream, version, event });
        this.engine.evolve({ stream, version, event });
      }
    }
  }

  private newEngine(): RulesEngine {
    const { customers, settings, historyMinutes, rules = DEFAULT_RULES } = this.options;
    const nodes = this.fleet.nodes.map(({ nodeId, pop, region }) => ({ nodeId, pop, region }));
    const engine = new RulesEngine(createPlainWindows(), {
      rules,
      catalogue: { customers, nodes },
      ...(settings === undefined ? {} : { settings }),
      hash: (text) => sha256(text).slice(0, 16),
      sha256,
    });
    engine.seedBaseline(seededMinutes(historyMinutes ?? 60));
    engine.seedCustomers(customers.flatMap(seededPools));
    return engine;
  }

  private applyNext(ticks = 1): void {
    const parts = this.fleet.tick(this.now + ticks - 1, ticks).map(told);
    this.ticks.push(parts);
    for (const part of parts) this.engine.apply(part);
    this.now += ticks;
  }

  private record(stream: string, expectedVersion: number, events: readonly Event[]): void {
    if ((this.versions.get(stream) ?? 0) !== expectedVersion) throw new Error(`append ${stream}: another version`);
    events.forEach((decided, index) => {
      eventSchemas[decided.type].parse(decided.data);
      // What comes back from the store is JSON: nothing else may matter.
      const event = JSON.parse(JSON.stringify(decided)) as Event;
      const version = expectedVersion + index + 1;
      this.versions.set(stream, version);
      this.recorded.push({ stream, version, event });
      this.engine.evolve({ stream, version, event });
      this.told.push({ afterS: this.afterS, stream, event });
    });
  }
}

/** A deploy system that obeys: the nodes of a command run its target, healthy, after `restartS`, and answer. */
export const obey = (
  story: Pick<EngineStory, 'fleet'>,
  restartS: number,
  failingAfter = 0.0005,
): EngineStory['onDecided'] => {
  const pending: { command: Command; afterS: number }[] = [];
  return (events, afterS) => {
    for (const event of events)
      if (event.type === 'CommandIssued') pending.push({ command: event.data.command, afterS });
    const due = pending.filter((each) => afterS >= each.afterS + restartS);
    for (const { command } of due) {
      pending.splice(
        pending.findIndex((each) => each.command === command),
        1,
      );
      execute(story, command, afterS, failingAfter);
    }
  };
};

const execute = (story: Pick<EngineStory, 'fleet'>, command: Command, afterS: number, failing: number): void => {
  const release = `${command.to.softwareVersion}+${command.to.configRev}`;
  for (const node of story.fleet.nodes) {
    if (!command.audience.includes(node.nodeId)) continue;
    node.release = release;
    node.failing = failing;
    story.fleet.reports.push({
      type: 'answer',
      nodeId: node.nodeId,
      agentBootId: '1',
      atUs: Math.round(afterS * 1_000_000),
      commandId: command.commandId,
      generation: command.generation,
      status: 'done',
      ...command.to,
      detail: '',
    });
  }
};
