import { TICK_MS } from '#contracts';
import type { PartitionTick } from '../window/partition-tick.js';

/** A source further behind the leading one than this (10 s), and silent for as long, holds nothing back. */
export const LAG_TICKS_MAX = 40;

/**
 * Most ticks that wait for a source: twice the lag, in each of the sources. Beyond it the oldest tick is let through whoever is
 * missing; it cannot happen while sources tell ticks in order, and it keeps a broken one from filling the memory.
 */
const PENDING_TICKS_MAX = 100_000;

/**
 * Longest run of ticks of which no source told anything (the aggregator was down) that is passed on one by one: 500 s, more than
 * the longest window. What is empty stays empty, so the rest of a longer run is skipped.
 */
export const EMPTY_TICKS_MAX = 2_000;

/** Everything that became known in one tick. */
export interface CompleteTick {
  readonly tick: number;
  /** In canonical order: topic, then partition. */
  readonly parts: readonly PartitionTick[];
}

/** A partition whose ticks are waited for. */
type TopicPartition = Pick<PartitionTick, 'topic' | 'partition'>;

interface Source {
  readonly name: string;
  /** Told completely up to and including this tick; -1 nothing yet. */
  tick: number;
  incarnation: number;
  /** Offset after the last record that was told; below it there is nothing that is not known. */
  nextOffset: number;
  /** Append time, in `slots`, of the last record of this source. */
  heardAtMs: number;
}

/** Collects ticks of partitions until all of a tick is known. */
export interface TickGate {
  /** Takes one record of `slots`; returns the ticks that it completes, in order, without a hole. */
  readonly accept: (part: PartitionTick, appendedAtMs: number) => readonly CompleteTick[];
  /** The last tick that was let through; undefined before the first. */
  readonly passed: () => number | undefined;
}

const canonical = (a: PartitionTick, b: PartitionTick): number =>
  a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1;

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`;

const isKnown = (part: PartitionTick, source: Source): boolean => {
  if (part.incarnation !== source.incarnation) return part.incarnation < source.incarnation;
  if (part.nextOffset !== source.nextOffset) return part.nextOffset < source.nextOffset;
  return part.tick <= source.tick;
};

/**
 * The gate of the rules: tick k passes when every source has told tick k. Its state is a function of the records of `slots` in
 * their order, so live, restarted and replayed runs let the same parts through in the same ticks.
 * - A part of tick k says that its source is complete up to k: a jump from k-5 to k means five empty ticks before it.
 * - A source holds nothing back when it is more than `LAG_TICKS_MAX` behind the leader and has told nothing for as long in
 *   append time of `slots`. The second condition keeps sources apart that are only catching up: they are behind, but they talk.
 * - A part for a tick that has passed goes into the next one: its state is absolute, so it is late, not lost.
 * - `passedTick` is the last decided tick; undefined on the very first start, which begins with the first tick told.
 * - A source is told by one process after another, and a replaced one may go on for a while. What is told is absolute, so the rule
 *   is by the offset it contains: a part below what is known of its source is old, whoever tells it, and one that is neither above in
 *   offset nor in tick is a repetition; both are ignored. A part that is above in offset has something new, even when somebody who
 *   knew less has told its tick before as empty: it goes on into the next tick, as if late.
 */
export const createTickGate = (sources: readonly TopicPartition[], passedTick: number | undefined): TickGate => {
  const known = new Map<string, Source>();
  const pending = new Map<number, PartitionTick[]>();
  let passed = passedTick;

  const sourceOf = (name: string, heardAtMs: number): Source => {
    const source = known.get(name) ?? { name, tick: -1, incarnation: 0, nextOffset: 0, heardAtMs };
    known.set(name, source);
    return source;
  };

  const floorTick = (nowMs: number): number => {
    const leader = Math.max(...Array.from(known.values(), (source) => source.tick));
    const holds = ({ tick, heardAtMs }: Source): boolean =>
      tick >= leader - LAG_TICKS_MAX || nowMs - heardAtMs <= LAG_TICKS_MAX * TICK_MS;
    return Math.min(...[...known.values()].filter(holds).map((source) => source.tick));
  };

  const release = (from: number, upTo: number): CompleteTick[] => {
    const complete: CompleteTick[] = [];
    let empty = 0;
    for (let tick = from; tick <= upTo; tick += 1) {
      const parts = (pending.get(tick) ?? []).toSorted(canonical);
      pending.delete(tick);
      empty = parts.length === 0 ? empty + 1 : 0;
      complete.push({ tick, parts });
      if (empty === EMPTY_TICKS_MAX) tick = Math.max(tick, Math.min(upTo + 1, ...pending.keys()) - 1);
    }
    return complete;
  };

  return {
    passed: () => passed,
    accept: (part, appendedAtMs) => {
      for (const source of sources) sourceOf(nameOf(source), appendedAtMs);
      const source = sourceOf(nameOf(part), appendedAtMs);
      source.heardAtMs = appendedAtMs;
      if (isKnown(part, source)) return [];
      source.tick = part.incarnation === source.incarnation ? Math.max(source.tick, part.tick) : part.tick;
      source.incarnation = part.incarnation;
      source.nextOffset = part.nextOffset;
      const next = passed === undefined ? part.tick : passed + 1;
      const due = Math.max(part.tick, next);
      pending.set(due, [...(pending.get(due) ?? []), part]);
      const oldest = pending.size > PENDING_TICKS_MAX ? Math.min(...pending.keys()) : -1;
      const upTo = Math.max(floorTick(appendedAtMs), oldest);
      passed = Math.max(next - 1, upTo);
      return release(next, upTo);
    },
  };
};
