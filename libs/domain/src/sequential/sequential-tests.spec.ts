import fc from 'fast-check';
import { REAPPLY_MS } from '../rule/engine.js';
import { type RuleScope, TICK_MS } from '#contracts';
import type { PartitionTick } from '../window/partition-tick.js';
import { createSlidingWindows } from '../window/sliding-windows.js';
import { SequentialTests, TESTED_FAMILIES, type TestReading } from './sequential-tests.js';
import { fleetParts } from './test-ticks.fixture.js';

const REAPPLY_TICKS = REAPPLY_MS / TICK_MS;
const TICKS = REAPPLY_TICKS + 900;
const SUBJECTS: readonly (readonly [RuleScope, string])[] = [
  ['fleet', 'fleet'],
  ['region', 'us-east'],
  ['pop', 'pop-0'],
  ['node', 'node-2'],
  ['release', 'v2.1.5+c42'],
  ['release_region', 'v2.1.4+c41|europe'],
  ['customer', 'customer-1'],
];

type Readings = readonly (TestReading | undefined)[];

/** A process that applies parts and may be asked. */
class Process {
  private readonly tests = new SequentialTests();
  private readonly windows = createSlidingWindows({
    windowsMs: [60_000],
    slotsKept: 120,
    families: TESTED_FAMILIES,
    percentilesOf: [],
    addedOf: TESTED_FAMILIES,
  });

  apply(parts: readonly PartitionTick[]): void {
    for (const part of parts) {
      this.windows.apply(part);
      this.tests.apply(part, this.windows);
    }
  }

  readings(tick: number): Readings {
    return SUBJECTS.map(([scope, key]) => this.tests.read(scope, key, tick));
  }
}

const tickOf = (parts: readonly PartitionTick[]): number => parts[0]!.tick;

/** What a process says after each of the ticks from one on, when it applied those from another on. */
const told = (ticks: readonly (readonly PartitionTick[])[], from: number): Readings[] => {
  const process = new Process();
  return ticks.map((parts, index) => {
    process.apply(parts);
    return index < from ? [] : process.readings(tickOf(parts));
  });
};

describe('the sequential tests of a fleet', () => {
  it('say the same after a restart at any tick, on every tick after it', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.nat(600), (seed, restart) => {
        const ticks = fleetParts(seed, TICKS);
        const decided = restart + REAPPLY_TICKS;
        const live = told(ticks, 0).slice(decided);
        expect(told(ticks.slice(restart), REAPPLY_TICKS).slice(REAPPLY_TICKS)).toEqual(live);
        expect(live.length).toBeGreaterThanOrEqual(300);
      }),
      { numRuns: 3 },
    );
  });

  it('say the same whichever partition comes first, and wherever a late part ends up between the same ticks', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (seed) => {
        const ticks = fleetParts(seed, 300);
        const turned = ticks.map((parts, index) => (index % 3 === 0 ? parts.toReversed() : parts));
        expect(told(turned, 0)).toEqual(told(ticks, 0));
      }),
      { numRuns: 3 },
    );
  });

  it('count a late part alike whether or not ticks before it were asked for', () => {
    const ticks = fleetParts(3, 400);
    // The second partition is a tick behind, so its part comes first in the tick after.
    const late = ticks.map(([first], index) => (index === 0 ? [first!] : [ticks[index - 1]![1]!, first!]));
    const [asked, unasked] = [new Process(), new Process()];
    for (const parts of late) {
      asked.apply(parts);
      asked.readings(parts.at(-1)!.tick);
      unasked.apply(parts);
    }
    const end = late.at(-1)!.at(-1)!.tick;
    expect(asked.readings(end)).toEqual(unasked.readings(end));
    expect(asked.readings(end)[0]!.nats).toBeGreaterThanOrEqual(0);
  });

  it('find an outage in every cell that has it, when it began, and its end', () => {
    const process = new Process();
    const [begin, end] = [700, 760];
    const ticks = fleetParts(5, 900, (index) => (index >= begin && index < end ? 0.9 : 0.001));
    const readings = ticks.map((parts) => {
      process.apply(parts);
      return process.readings(tickOf(parts));
    });
    SUBJECTS.forEach((_subject, at) => {
      const alarms = readings.flatMap((each, index) => (each[at]?.isAlarming === true ? [index] : []));
      expect(alarms[0]).toBeGreaterThan(begin);
      expect(alarms[0]).toBeLessThanOrEqual(begin + 4);
      expect(readings[alarms[0]!]![at]!.onsetMs).toBeLessThanOrEqual((tickOf(ticks[begin]!) + 1) * TICK_MS);
      expect(readings[alarms[0]!]![at]!.onsetMs).toBeGreaterThanOrEqual(tickOf(ticks[begin]!) * TICK_MS);
      expect(alarms.at(-1)).toBeLessThan(end + 120);
    });
  });
});
