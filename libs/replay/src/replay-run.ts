import { createHash } from 'node:crypto';
import { decisionId, type RecordedEvent, type Rule, type RuleSet, TICK_MS } from '#contracts';
import {
  BASELINE_MINUTES,
  decidedTick,
  decisionLine,
  durationWords,
  type LoggedDecision,
  REAPPLY_MS,
  type RecordedSource,
  Replay,
  tickOf,
  type TickView,
} from '#domain';
import type { LogRecord } from '#event-log';
import type { RecordedFacts, Recording } from './recording.js';

/** What is replayed, in ticks; `fromTick` and `toTick` are decided, what is before them is applied. */
export interface ReplayRange {
  readonly readFromMs: number;
  readonly firstTick: number;
  readonly fromTick: number;
  readonly toTick: number;
  /** Boots that are first met before this tick may have begun before. */
  readonly joinUntilTick: number;
}

/** Which moments are asked for, ms; undefined = all that there is. */
export interface AskedSpan {
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
}

/** Called when a replay has come to a tick, with all that it decided before. */
export type Pace = (tick: number, decisions: readonly LoggedDecision[]) => Promise<void>;

/** How a replay is run. */
export interface RunOptions {
  readonly recording: Recording;
  readonly facts: RecordedFacts;
  readonly range: ReplayRange;
  readonly rules: readonly Rule[];
  /** In force instead of the recorded ones. */
  readonly other?: RuleSet;
  /** Their windows are kept too; they are not decided. */
  readonly keptFor?: readonly Rule[];
  readonly verifyMs: number;
  readonly observe?: (view: TickView) => void;
  /** Told of each tick that was passed, and how many outcomes were folded by then. */
  readonly onTick?: (tick: number, outcomes: number) => void;
  /** Holds it at each tick that is decided, for somebody who looks on; absent: as fast as it can. */
  readonly pace?: Pace | undefined;
}

/** What came of it. */
export interface ReplayResult {
  readonly decisions: readonly LoggedDecision[];
  readonly withoutSubject: readonly RecordedEvent[];
  readonly records: number;
  readonly outcomes: number;
}

/** Before the first tick that is decided, the windows are filled, and the baseline has its hour. */
const WARM_UP_MS = REAPPLY_MS + BASELINE_MINUTES * 60_000;
/** Of a log that runs, the last ticks may not be decided yet: two seconds. */
const UNDECIDED_TICKS = 8;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** SHA-256, hex, over the lines of decisions, each with its end. */
export const hashOfDecisions = (decisions: readonly LoggedDecision[]): string => {
  const hash = createHash('sha256');
  for (const decision of decisions) hash.update(`${decisionLine(decision)}\n`);
  return hash.digest('hex');
};

const firstRecordMs = async (recording: Recording, { partitions }: RecordedFacts): Promise<number | undefined> => {
  const held = partitions.filter(({ low, high }) => low < high);
  const times = await Promise.all(held.map(async (each) => (await recording.record(each, each.low))?.appendedAtMs));
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

const lastTickOf = async (recording: Recording, facts: RecordedFacts, toMs: number | undefined): Promise<number> => {
  const told = await recording.toldTicks();
  // What was not told yet would be decided as if all had fallen silent.
  if (toMs !== undefined) return Math.min(tickOf(toMs) - 1, told?.last ?? Infinity);
  if (told !== undefined) return told.last - UNDECIDED_TICKS;
  return Math.max(...facts.events.map((event) => decidedTick(event) ?? 0), 0);
};

/** The ticks of a span; undefined when the log holds no telemetry. A log that is held from its start is decided from its start. */
export const rangeOf = async (
  recording: Recording,
  facts: RecordedFacts,
  { fromMs, toMs }: AskedSpan,
): Promise<ReplayRange | undefined> => {
  const heldMs = await firstRecordMs(recording, facts);
  if (heldMs === undefined) return undefined;
  const told = await recording.toldTicks();
  const isWhole = facts.partitions.every(({ low }) => low === 0);
  const toTick = await lastTickOf(recording, facts, toMs);
  const readFromMs = Math.max(fromMs === undefined ? 0 : fromMs - WARM_UP_MS, 0);
  if (isWhole && readFromMs <= heldMs) {
    const firstTick = Math.min(tickOf(heldMs), told?.isFirst === true ? told.first : Infinity);
    const fromTick = fromMs === undefined ? firstTick : Math.max(tickOf(fromMs), firstTick);
    return { readFromMs: 0, firstTick, fromTick, toTick, joinUntilTick: 0 };
  }
  const firstTick = tickOf(Math.max(readFromMs, heldMs));
  const fromTick = Math.max(tickOf(fromMs ?? 0), firstTick + REAPPLY_MS / TICK_MS);
  return { readFromMs, firstTick, fromTick, toTick, joinUntilTick: firstTick + REAPPLY_MS / TICK_MS };
};

/** A rule that looks back further than was read before the first tick that is decided. */
export interface ShortenedRule {
  readonly rule: string;
  readonly looksBackMs: number;
  readonly readMs: number;
}

/**
 * Rules whose windows are longer than what was read before the first decision: live they had minutes that were kept, here those count
 * as without failures. A log that is held and read from its start has nothing before it.
 */
export const shortenedRules = (
  { firstTick, fromTick, joinUntilTick }: ReplayRange,
  rules: readonly Rule[],
): readonly ShortenedRule[] => {
  const readMs = (fromTick - firstTick) * TICK_MS;
  return rules.flatMap(({ name, windowMs, shortWindowMs = 0 }) => {
    const looksBackMs = Math.max(windowMs, shortWindowMs);
    return joinUntilTick === 0 || looksBackMs <= readMs ? [] : [{ rule: name, looksBackMs, readMs }];
  });
};

/** For people: of which rules not everything is known. */
export const formatShortened = (shortened: readonly ShortenedRule[]): readonly string[] =>
  shortened.map(
    ({ rule, looksBackMs, readMs }) =>
      `not comparable: ${rule} looks back ${durationWords(looksBackMs, 'second')}, of which ${durationWords(readMs, 'second')} were read before the first tick; ` +
      'it may decide later or less than it did',
  );

/** The records of one source, one after the other; a page is read when the one before is used up. */
class SourceReader {
  private page: readonly LogRecord[] = [];
  private at = 0;
  private readonly pages: AsyncIterator<readonly LogRecord[]>;

  constructor(pages: AsyncIterable<readonly LogRecord[]>) {
    this.pages = pages[Symbol.asyncIterator]();
  }

  get head(): LogRecord | undefined {
    return this.page[this.at];
  }

  next(): boolean {
    this.at += 1;
    return this.at < this.page.length;
  }

  async turn(): Promise<void> {
    const { value, done } = await this.pages.next();
    this.page = done === true ? [] : value;
    this.at = 0;
  }

  async close(): Promise<void> {
    await this.pages.return?.();
  }
}

const sourcesOf = (facts: RecordedFacts, { joinUntilTick }: ReplayRange, first: readonly (number | undefined)[]) =>
  facts.partitions.map(({ topic, partition, low, high }, index): RecordedSource => {
    const refused = facts.refused.get(`${topic}/${partition}`) ?? new Set();
    return { topic, partition, firstOffset: first[index] ?? (low === 0 ? 0 : high), joinUntilTick, refused };
  });

/** Index of the source whose next record is the oldest; -1 = none has one. */
const oldest = (readers: readonly SourceReader[]): number => {
  let [index, atMs] = [-1, Infinity];
  readers.forEach(({ head }, at) => {
    if (head !== undefined && head.appendedAtMs < atMs) [index, atMs] = [at, head.appendedAtMs];
  });
  return index;
};

/** Runs a replay over a recording: its partitions side by side, in the order of their append times. */
export const runReplay = async (options: RunOptions): Promise<ReplayResult> => {
  const { recording, facts, range, rules, other, keptFor, verifyMs, observe, onTick, pace } = options;
  const readers = facts.partitions.map((each) => new SourceReader(recording.pages(each, range.readFromMs)));
  await Promise.all(readers.map((reader) => reader.turn()));
  const replay = new Replay({
    ...range,
    sources: sourcesOf(
      facts,
      range,
      readers.map(({ head }) => head?.offset),
    ),
    events: facts.events,
    rules,
    ...(other === undefined ? {} : { other }),
    ...(keptFor === undefined ? {} : { keptFor }),
    settings: { verifyMs },
    zoneOf: (id) => facts.zones.get(id),
    hash: decisionId,
    sha256,
    ...(observe === undefined ? {} : { observe }),
  });
  let [records, tick] = [0, range.firstTick];
  for (let index = oldest(readers); index >= 0; index = oldest(readers)) {
    const reader = readers[index]!;
    const record = reader.head!;
    const now = tickOf(record.appendedAtMs);
    if (now > range.toTick) break;
    if (now > tick) {
      tick = now;
      readers.forEach((_, source) => replay.passTo(source, tick));
      onTick?.(tick, replay.outcomes);
      if (tick >= range.fromTick) await pace?.(tick, replay.decisions);
    }
    replay.add(index, record);
    records += 1;
    if (!reader.next()) await reader.turn();
  }
  const decisions = replay.end();
  await pace?.(range.toTick + 1, decisions);
  await Promise.all(readers.map((reader) => reader.close()));
  return { decisions, withoutSubject: replay.inputsWithoutSubject, records, outcomes: replay.outcomes };
};
