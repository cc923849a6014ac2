import { createHash } from 'node:crypto';
import {
  type Event,
  type EventOf,
  type EventType,
  type Family,
  KEY_SEPARATOR,
  type Rule,
  type Signal,
  TICK_MS,
} from '#contracts';
import { createCells } from '../window/cell-table.js';
import { type Cells, COUNT, COUNTS_PER_CELL } from '../window/cells.js';
import type { PartitionTick } from '../window/partition-tick.js';
import { createSlidingWindows } from '../window/sliding-windows.js';
import type { CatalogueCustomer } from './catalogue.js';
import type { EvolvedEvent } from './decider-state.js';
import { REAPPLY_MS, windowsOf } from './engine.js';
import { createEngine } from './rules-engine.js';

/** Where plays begin, a minute boundary: 2021-07-22 11:47 UTC. */
export const PLAY_FROM_S = Date.UTC(2021, 6, 22, 11, 47) / 1_000;
const TICKS_PER_S = 1_000 / TICK_MS;

/** A node of a play. */
export interface PlayNode {
  readonly nodeId: string;
  readonly pop: string;
  readonly region: string;
  readonly release: string;
}

/** Two regions with two nodes each, on one release. */
export const PLAY_NODES: readonly PlayNode[] = ['us-east', 'europe'].flatMap((region) =>
  [1, 2].map((each) => ({ nodeId: `${region}-n${each}`, pop: `${region}-p${each}`, region, release: 'v1+c1' })),
);

/** What a node answered in a second of the play; `second` is the present one unless told. */
export interface Answered {
  readonly node: PlayNode;
  readonly good: number;
  readonly bad: number;
  readonly second?: number;
  /** Whose queries they were; of no customer without. */
  readonly customer?: string;
}

/** What a play is made of. */
export interface PlayOptions {
  readonly rules: readonly Rule[];
  readonly nodes?: readonly PlayNode[];
  readonly customers?: readonly CatalogueCustomer[];
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Plays seconds of outcomes against the engine over real windows, and records what it decides. `kill` keeps what a process that was
 * killed finds: the recorded events, and the ticks that are applied again.
 */
export class RulePlay {
  readonly told: { readonly afterS: number; readonly stream: string; readonly event: Event }[] = [];
  private readonly recorded: EvolvedEvent[] = [];
  private readonly versions = new Map<string, number>();
  private readonly slots = new Map<number, Map<Family, Cells>>();
  private ticks: PartitionTick[] = [];
  private offset = 0;
  private readonly said: Signal[] = [];
  private tick = PLAY_FROM_S * TICKS_PER_S;
  private engine: ReturnType<RulePlay['newEngine']>;
  /** Called before each tick is evaluated. */
  beforeTick: (afterTicks: number) => void = () => undefined;

  constructor(private readonly options: PlayOptions) {
    this.engine = this.newEngine();
  }

  /** The second that is played next. */
  get second(): number {
    return this.tick / TICKS_PER_S - PLAY_FROM_S;
  }

  /** The next tick. */
  get nextTick(): number {
    return this.tick;
  }

  /** Plays seconds; nodes of which nothing is answered are silent. */
  play(seconds: number, answer: (second: number) => readonly Answered[]): this {
    for (let left = seconds; left > 0; left -= 1) {
      const answers = answer(this.second);
      for (let part = 0; part < TICKS_PER_S; part += 1) this.next(part === 0 ? answers : [], answers);
    }
    return this;
  }

  /** What the next tick tells beside outcomes. */
  say(...signals: readonly Signal[]): this {
    this.said.push(...signals);
    return this;
  }

  kill(): void {
    this.engine = this.newEngine();
    for (const each of this.recorded) this.engine.evolve(each);
    const from = this.tick - REAPPLY_MS / TICK_MS;
    this.ticks = this.ticks.filter(({ tick }) => tick >= from);
    for (const part of this.ticks) this.engine.apply(part);
  }

  /** Records an event as another process does. */
  record(stream: string, event: Event): void {
    const version = (this.versions.get(stream) ?? 0) + 1;
    this.versions.set(stream, version);
    const stored = JSON.parse(JSON.stringify(event)) as Event;
    this.recorded.push({ stream, version, event: stored });
    this.engine.evolve({ stream, version, event: stored });
    this.told.push({ afterS: (this.tick - PLAY_FROM_S * TICKS_PER_S) / TICKS_PER_S, stream, event: stored });
  }

  /** What was told of alerts of a rule: when, in seconds, and what. */
  of(rule: string): readonly (readonly [afterS: number, type: EventType])[] {
    const ids = new Set(
      this.all('AlertFired')
        .concat(this.all('AlertPending') as never[])
        .flatMap((data) => (data.rule === rule ? [data.alertId] : [])),
    );
    return this.told
      .filter(({ event: { data } }) => 'alertId' in data && ids.has(data.alertId))
      .filter(({ event: { type } }) => type.startsWith('Alert') && type !== 'AlertJoinedIncident')
      .map(({ afterS, event: { type } }) => [afterS, type] as const);
  }

  all<T extends EventType>(type: T): readonly EventOf<T>['data'][] {
    return this.told.filter(({ event }) => event.type === type).map(({ event }) => event.data as EventOf<T>['data']);
  }

  private next(answers: readonly Answered[], speaking: readonly Answered[]): void {
    const part = this.tell(answers, speaking);
    this.ticks.push(part);
    this.engine.apply(part);
    this.beforeTick(this.tick - PLAY_FROM_S * TICKS_PER_S);
    const decisions = this.engine.evaluate(this.tick);
    this.tick += 1;
    for (const { stream, expectedVersion, events } of decisions) {
      if ((this.versions.get(stream) ?? 0) !== expectedVersion) throw new Error(`append ${stream}: another version`);
      for (const event of events) this.record(stream, event);
    }
  }

  private tell(answers: readonly Answered[], speaking: readonly Answered[]): PartitionTick {
    const changed = new Set(answers.map((each) => this.count(each)));
    this.offset += 1;
    const watermarkUs = (this.tick + 1) * TICK_MS * 1_000;
    return {
      topic: 'telemetry.outcomes',
      partition: 0,
      incarnation: 1,
      reports: [],
      signals: this.said.splice(0),
      tick: this.tick,
      nextOffset: this.offset,
      slots: [...changed].map((slot) => ({ slot, closed: false, block: cloned(this.slots.get(slot)!) })),
      nodes: speaking.map(({ node }) => ({ ...node, watermarkUs })),
    };
  }

  private count({ node, good, bad, second = this.second, customer }: Answered): number {
    const slot = PLAY_FROM_S + Math.floor(second);
    const families = this.slots.get(slot) ?? new Map<Family, Cells>();
    this.slots.set(slot, families);
    const add = (family: Family, key: string): void => {
      const cells = families.get(family) ?? createCells(family);
      families.set(family, cells);
      const at = cells.row(key) * COUNTS_PER_CELL;
      cells.counts[at + COUNT.good]! += good;
      cells.counts[at + COUNT.bad]! += bad;
    };
    add('fleet', 'fleet');
    add('node', node.nodeId);
    add('release_region', `${node.release}${KEY_SEPARATOR}${node.region}`);
    if (customer === undefined) return slot;
    add('customer', customer);
    add('customer_region', `${customer}${KEY_SEPARATOR}${node.region}`);
    add('customer_release', `${customer}${KEY_SEPARATOR}${node.release}`);
    return slot;
  }

  private newEngine() {
    const { rules, nodes = PLAY_NODES, customers = [] } = this.options;
    const catalogue = { customers, nodes: nodes.map(({ nodeId, pop, region }) => ({ nodeId, pop, region })) };
    const options = { rules, catalogue, hash: (text: string) => sha256(text).slice(0, 16), sha256 };
    return createEngine(options, createSlidingWindows(windowsOf(options)));
  }
}

/** Cells as a record of `slots` has them: a tick that is applied again must not know what came later. */
const cloned = (families: ReadonlyMap<Family, Cells>): ReadonlyMap<Family, Cells> =>
  new Map(
    [...families].map(([family, { keys, counts, size }]) => {
      const cells = createCells(family);
      for (let row = 0; row < size; row += 1) {
        const at = cells.row(keys[row]!) * COUNTS_PER_CELL;
        cells.counts.set(counts.subarray(row * COUNTS_PER_CELL, (row + 1) * COUNTS_PER_CELL), at);
      }
      return [family, cells];
    }),
  );

/** Every node answers so many a second, and so many of them badly. */
export const answering =
  (all: number, bad: number, nodes: readonly PlayNode[] = PLAY_NODES) =>
  (): readonly Answered[] =>
    nodes.map((node) => ({ node, good: all - bad, bad }));
