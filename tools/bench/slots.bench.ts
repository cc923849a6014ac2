import { createHash } from 'node:crypto';
import { isRefusal, TICK_MS } from '#contracts';
import {
  createEngine,
  createSlidingWindows,
  createSlotFold,
  decodeTick,
  DEFAULT_RULES,
  type Engine,
  encodeTick,
  windowsOf,
} from '#domain';
import { TickBuilder } from '../../apps/aggregator/src/tick-builder.js';
import { createTickGate, type TickGate } from '../../apps/rules/src/tick-gate.js';
import { customerOfZone, FLEET, fleetCatalogue, FleetStream, STREAM_START_MS } from './fleet-stream.js';

/** What to measure. */
export interface SlotsBenchOptions {
  readonly outcomesPerS: number;
  readonly isIncident: boolean;
  /** Event time before the measurement, and of it. */
  readonly warmUpS: number;
  readonly seconds: number;
}

/** What the rules take of one core, and `slots` of the network, per second of event time. */
export interface SlotsFigures {
  readonly outcomesPerS: number;
  readonly bytesPerS: number;
  /** Decode, gate, windows and engine. */
  readonly cpuShare: number;
  readonly decodeShare: number;
  readonly applyShare: number;
  readonly evaluateShare: number;
  readonly rssMb: number;
  readonly decisions: number;
  /** Of all decisions in order: another program that decides the same has the same. */
  readonly decisionsSha256: string;
}

const PARTITIONS = Array.from({ length: FLEET.partitions }, (_, partition) => partition);
const SOURCES = PARTITIONS.map((partition) => ({ topic: 'telemetry.outcomes', partition }) as const);
const START_TICK = STREAM_START_MS / TICK_MS;
/** As the aggregator opens them. */
const OPEN_SLOTS = 60;
const ZONES_MAX = 20_000;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Twelve partitions as the aggregator folds and tells them. */
class Aggregators {
  private readonly partitions;

  constructor(private readonly stream: FleetStream) {
    const customerOf = customerOfZone();
    this.partitions = SOURCES.map((source) => {
      const fold = createSlotFold({
        catalogue: { customerOf, version: () => 1 },
        openSlots: OPEN_SLOTS,
        zonesMax: ZONES_MAX,
      });
      return {
        fold,
        builder: new TickBuilder({ ...source, incarnation: 1 }, fold, { nextOffset: 0, lastTick: undefined }),
      };
    });
  }

  /** The records of one tick. */
  tick(index: number): readonly Uint8Array[] {
    const tick = START_TICK + index;
    const batches = this.stream.tick(index);
    return this.partitions.flatMap(({ fold, builder }, partition) => {
      batches[partition]!.forEach((batch, nth) => {
        builder.begin(index * FLEET.nodes + nth, tick);
        builder.see(batch, fold.fold(batch, tick * TICK_MS).watermarkUs);
      });
      const told = builder.closeBefore(tick + 1);
      if (index % 4 === 3) fold.takeDelta();
      return told.map(encodeTick);
    });
  }
}

/** The rules without their database: what is decided counts as recorded at once. */
class Rules {
  private readonly engine: Engine;
  private readonly gate: TickGate = createTickGate(SOURCES, undefined);
  private readonly versions = new Map<string, number>();
  private readonly hash = createHash('sha256');
  decisions = 0;
  readonly us = { decode: 0, apply: 0, evaluate: 0 };

  constructor() {
    const options = {
      rules: DEFAULT_RULES,
      catalogue: fleetCatalogue(),
      hash: (text: string) => sha256(text).slice(0, 32),
      sha256,
    };
    this.engine = createEngine(options, createSlidingWindows(windowsOf(options)));
  }

  take(records: readonly Uint8Array[]): void {
    for (const record of records) {
      const part = this.timed('decode', () => decodeTick(record));
      if (isRefusal(part)) throw new Error(part.detail);
      for (const { tick, parts } of this.gate.accept(part, part.tick * TICK_MS)) {
        this.timed('apply', () => parts.forEach(this.engine.apply));
        this.timed('evaluate', () => this.evaluate(tick));
      }
    }
  }

  digest(): string {
    return this.hash.copy().digest('hex');
  }

  private evaluate(tick: number): void {
    for (const { stream, events } of this.engine.evaluate(tick)) {
      for (const event of events) {
        const version = (this.versions.get(stream) ?? 0) + 1;
        this.versions.set(stream, version);
        this.engine.evolve({ stream, version, event });
        this.hash.update(JSON.stringify([stream, event]));
        this.decisions += 1;
      }
    }
  }

  private timed<T>(part: 'decode' | 'apply' | 'evaluate', work: () => T): T {
    const before = process.cpuUsage();
    const result = work();
    const { user, system } = process.cpuUsage(before);
    this.us[part] += user + system;
    return result;
  }
}

/** Folds a fleet into ticks and lets the rules read them; measures what crosses `slots` and what the rules take. */
export const benchSlots = (options: SlotsBenchOptions): { readonly name: string; readonly figures: SlotsFigures } => {
  const { outcomesPerS, isIncident, warmUpS, seconds } = options;
  const warmUpTicks = (warmUpS * 1_000) / TICK_MS;
  const incident = isIncident ? { fromTick: warmUpTicks, failing: 0.77 } : undefined;
  const aggregators = new Aggregators(new FleetStream({ outcomesPerS, failing: 0.003, incident }));
  const rules = new Rules();
  let bytes = 0;
  for (let index = 0; index < warmUpTicks + (seconds * 1_000) / TICK_MS; index += 1) {
    const records = aggregators.tick(index);
    if (index === warmUpTicks) Object.assign(rules.us, { decode: 0, apply: 0, evaluate: 0 });
    if (index >= warmUpTicks) for (const record of records) bytes += record.length;
    rules.take(records);
  }
  const share = (us: number): number => us / 1_000_000 / seconds;
  const { decode, apply, evaluate } = rules.us;
  const figures = {
    outcomesPerS,
    bytesPerS: bytes / seconds,
    cpuShare: share(decode + apply + evaluate),
    decodeShare: share(decode),
    applyShare: share(apply),
    evaluateShare: share(evaluate),
    rssMb: process.memoryUsage.rss() / 2 ** 20,
    decisions: rules.decisions,
    decisionsSha256: rules.digest(),
  };
  return { name: `slots, ${outcomesPerS} outcomes/s, ${isIncident ? 'incident' : 'healthy'}`, figures };
};
