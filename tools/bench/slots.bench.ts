import { createHash } from 'node:crypto';
import { isRefusal, TICK_MS } from '#contracts';
import {
  createEngine,
  createSlidingWindows,
  createTickGate,
  decodeTick,
  type Engine,
  type TickGate,
  windowsOf,
} from '#domain';
import { DEFAULT_RULES } from '#testing';
import { fleetCatalogue } from './fleet-stream.js';
import { SOURCES } from './fleet-ticks.js';

/** What to measure. */
export interface SlotsBenchOptions {
  /** Event time before the measurement, and of it. */
  readonly warmUpS: number;
  readonly seconds: number;
}

/** What the rules take of one core, and `slots` of the network, per second of event time. */
export interface SlotsFigures {
  readonly bytesPerS: number;
  /** Decode, gate, windows and engine. */
  readonly cpuShare: number;
  readonly decodeShare: number;
  readonly applyShare: number;
  readonly evaluateShare: number;
  /** Of the process at the end, and at most. */
  readonly rssMb: number;
  readonly rssMaxMb: number;
  /** Of that, what is in use: objects, after a collection where one can be asked for, and arrays of numbers beside them. */
  readonly heapMb: number;
  readonly arraysMb: number;
  readonly decisions: number;
  /** Of all decisions in order: another program that decides the same has the same. */
  readonly decisionsSha256: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

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
    const decoded = this.timed('decode', () => records.map(decodeTick));
    for (const part of decoded) {
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

/** Lets the rules read ticks; measures what crosses `slots` and what the rules take after the warm-up. */
export const benchSlots = (ticks: Iterable<readonly Uint8Array[]>, options: SlotsBenchOptions): SlotsFigures => {
  const { warmUpS, seconds } = options;
  const warmUpTicks = (warmUpS * 1_000) / TICK_MS;
  const rules = new Rules();
  let [bytes, index] = [0, 0];
  for (const records of ticks) {
    if (index === warmUpTicks) Object.assign(rules.us, { decode: 0, apply: 0, evaluate: 0 });
    if (index >= warmUpTicks) for (const record of records) bytes += record.length;
    rules.take(records);
    index += 1;
  }
  const share = (us: number): number => us / 1_000_000 / seconds;
  const { decode, apply, evaluate } = rules.us;
  const rssMb = process.memoryUsage.rss() / 2 ** 20;
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return {
    bytesPerS: bytes / seconds,
    cpuShare: share(decode + apply + evaluate),
    decodeShare: share(decode),
    applyShare: share(apply),
    evaluateShare: share(evaluate),
    rssMb,
    rssMaxMb: process.resourceUsage().maxRSS / 2 ** 10,
    heapMb: heapUsed / 2 ** 20,
    arraysMb: arrayBuffers / 2 ** 20,
    decisions: rules.decisions,
    decisionsSha256: rules.digest(),
  };
};
