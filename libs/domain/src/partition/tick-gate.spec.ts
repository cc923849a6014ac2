import fc from 'fast-check';
import { TICK_MS } from '#contracts';
import type { PartitionTick } from '../window/partition-tick.js';
import { createTickGate, EMPTY_TICKS_MAX, LAG_TICKS_MAX } from './tick-gate.js';

const SOURCES = [
  { topic: 'telemetry.outcomes', partition: 0 },
  { topic: 'telemetry.outcomes', partition: 1 },
  { topic: 'telemetry.nodes', partition: 0 },
] as const;

const part = (source: number, tick: number, incarnation = 1): PartitionTick => ({
  ...(SOURCES[source] ?? SOURCES[0]),
  incarnation,
  tick,
  nextOffset: tick,
  slots: [],
  nodes: [],
  reports: [],
  signals: [],
});
const shown = (ticks: readonly { tick: number; parts: readonly PartitionTick[] }[]) =>
  ticks.map(
    ({ tick, parts }) => `${tick}:${parts.map((p) => `${p.topic.slice(10, 11)}${p.partition}@${p.tick}`).join(',')}`,
  );
const gateAt = (passed: number | undefined) => {
  const gate = createTickGate(SOURCES, passed);
  return (source: number, tick: number, atMs = tick * TICK_MS) => shown(gate.accept(part(source, tick), atMs));
};

describe('createTickGate', () => {
  it('passes a tick when every source has told it, in canonical order', () => {
    const accept = gateAt(99);
    expect(accept(1, 100)).toEqual([]);
    expect(accept(2, 100)).toEqual([]);
    expect(accept(0, 100)).toEqual(['100:n0@100,o0@100,o1@100']);
  });

  it('takes a jump for empty ticks', () => {
    const accept = gateAt(99);
    accept(0, 102);
    accept(1, 101);
    expect(accept(2, 103)).toEqual(['100:', '101:o1@101']);
    expect(accept(1, 102)).toEqual(['102:o0@102,o1@102']);
  });

  it('ignores repetitions, and an older incarnation', () => {
    const gate = createTickGate(SOURCES, 99);
    for (const source of [0, 1, 2]) gate.accept(part(source, 100, 2), 0);
    expect(gate.accept(part(0, 100, 2), 0)).toEqual([]);
    expect(gate.accept(part(0, 101, 1), 0)).toEqual([]);
    for (const source of [0, 1]) gate.accept(part(source, 101, 2), 0);
    expect(shown(gate.accept(part(2, 101, 2), 0))).toEqual(['101:n0@101,o0@101,o1@101']);
  });

  it('does not wait for a source that is behind and silent; its later parts go into the next tick', () => {
    const accept = gateAt(99);
    for (let tick = 100; tick < 100 + LAG_TICKS_MAX; tick += 1) {
      expect(accept(0, tick)).toEqual([]);
      expect(accept(1, tick)).toEqual([]);
    }
    expect(accept(0, 150)).toHaveLength(40);
    expect(accept(1, 150)).toHaveLength(11);
    expect(accept(2, 120, 150 * TICK_MS)).toEqual([]);
    accept(0, 151);
    accept(1, 151);
    expect(accept(2, 151)).toEqual(['151:n0@120,n0@151,o0@151,o1@151']);
  });

  it('waits for a source that is far behind but talks: it is catching up', () => {
    const accept = gateAt(99);
    expect(accept(0, 10_000, 1_000)).toEqual([]);
    expect(accept(1, 10_000, 1_000)).toEqual([]);
    expect(accept(2, 100, 1_001)).toEqual(['100:n0@100']);
    expect(accept(2, 101, 1_002)).toEqual(['101:n0@101']);
  });

  it('begins with the first tick told when nothing was ever decided', () => {
    const accept = gateAt(undefined);
    accept(0, 7_000);
    accept(1, 7_000);
    expect(accept(2, 7_000)).toEqual(['7000:n0@7000,o0@7000,o1@7000']);
  });

  it('skips the rest of a run of ticks nobody told longer than any window', () => {
    const accept = gateAt(0);
    accept(0, 1_000_000);
    accept(1, 1_000_000);
    const passed = accept(2, 1_000_000);
    expect(passed).toHaveLength(EMPTY_TICKS_MAX + 1);
    expect(passed.at(-2)).toBe(`${EMPTY_TICKS_MAX}:`);
    expect(passed.at(-1)).toMatch(/^1000000:n/);
  });

  it('lets the same parts through in the same ticks however sources interleave', () => {
    const told = [0, 1, 2].flatMap((source) => [100, 101, 102, 103, 104].map((tick) => ({ source, tick })));
    fc.assert(
      fc.property(fc.shuffledSubarray(told, { minLength: told.length }), (shuffled) => {
        const perSource = [0, 1, 2].map((source) => told.filter((each) => each.source === source));
        const accept = gateAt(99);
        const passed = shuffled.flatMap(({ source }) => {
          const next = perSource[source]?.shift();
          return next === undefined ? [] : accept(source, next.tick, 0);
        });
        expect(passed).toEqual([100, 101, 102, 103, 104].map((t) => `${t}:n0@${t},o0@${t},o1@${t}`));
      }),
    );
  });
});
