import { TICK_MS } from '#contracts';
import { plainCells } from '#testing';
import { ExpectedRates } from './expected-rates.js';
import { FleetActivity } from './fleet-activity.js';
import { minutesOfUse, NodeMinutes } from './node-minutes.js';

const FIRST_TICK = Date.UTC(2021, 6, 22, 11, 0) / TICK_MS;
const MINUTE = Date.UTC(2021, 6, 22, 11, 0) / 60_000;
const DAY = 1_440;
const never = () => () => false;

/** Nodes of one PoP that send so much each second, for a number of seconds. */
const sending = (perS: Readonly<Record<string, (second: number) => number>>, seconds: number): FleetActivity => {
  const activity = new FleetActivity();
  for (let second = 0; second < seconds; second += 1) {
    const tick = FIRST_TICK + 4 * second;
    const counts = new Map(
      Object.entries(perS).map(([id, of]) => [id, [of(second), 0, 0] as [number, number, number]]),
    );
    const base = { topic: 'telemetry.outcomes', partition: 0, incarnation: 1, nextOffset: second } as const;
    const nodes = Object.keys(perS).map((nodeId) => ({
      nodeId,
      pop: 'p',
      region: 'r',
      release: 'v+c',
      watermarkUs: 0,
    }));
    const slots = [{ slot: tick / 4, closed: false, block: new Map([['node' as const, plainCells('node', counts)]]) }];
    activity.apply({ ...base, tick, slots, nodes, reports: [], signals: [] });
  }
  return activity;
};
const rateOf = (
  activity: FleetActivity,
  seconds: number,
  minutes = new NodeMinutes(),
  isExcludedFor: (node: unknown) => (fromMs: number, toMs: number) => boolean = never,
): number | undefined => {
  const tick = FIRST_TICK + 4 * (seconds - 1);
  return new ExpectedRates()
    .at({ activity, minutes, tick, quiet: new Set(), isExcludedFor, exclusion: undefined })
    .get('n')?.perS;
};
const seeded = (...counts: readonly (readonly [minute: number, perS: number])[]): NodeMinutes => {
  const minutes = new NodeMinutes();
  for (const [minute, perS] of counts) minutes.record({ nodeId: 'n', minute, outcomes: 60 * perS });
  return minutes;
};

describe('the expected rate of a node', () => {
  it('is that of the middle one of its last buckets; of the first half minute nothing is known', () => {
    expect(rateOf(sending({ n: () => 100 }, 40), 40)).toBeUndefined();
    expect(rateOf(sending({ n: () => 100 }, 60), 60)).toBe(100);
    expect(rateOf(sending({ n: (second) => (second > 70 ? 0 : 100) }, 90), 90)).toBe(100);
  });
  it('follows a change within minutes, but takes nothing from a time that is excluded', () => {
    const activity = sending({ n: (second) => (second < 100 ? 100 : 10) }, 300);
    expect(rateOf(activity, 300)).toBe(10);
    const faultMs = FIRST_TICK * TICK_MS + 90_000;
    expect(rateOf(activity, 300, undefined, () => (_, toMs) => toMs > faultMs)).toBe(100);
  });
  it('is the season where no recent minute is known, the middle of yesterday and of a week ago', () => {
    const nothing = sending({ n: () => 100 }, 20);
    expect(rateOf(nothing, 20, seeded([MINUTE - DAY, 50], [MINUTE - 7 * DAY, 70], [MINUTE - DAY + 5, 60]))).toBe(60);
    expect(rateOf(nothing, 20, seeded([MINUTE - DAY + 20, 50]))).toBeUndefined();
  });
  it('is lowered by the season, to half of what the node does, and not raised', () => {
    const activity = sending({ n: () => 100 }, 60);
    expect(rateOf(activity, 60, seeded([MINUTE - DAY, 80]))).toBe(80);
    expect(rateOf(activity, 60, seeded([MINUTE - DAY, 1]))).toBe(50);
    expect(rateOf(activity, 60, seeded([MINUTE - DAY, 900]))).toBe(100);
  });
  it('is the healthy minutes of the last hour where neither is known', () => {
    const nothing = sending({ n: () => 100 }, 20);
    expect(rateOf(nothing, 20, seeded([MINUTE - 10, 40], [MINUTE - 20, 50], [MINUTE - 30, 60]))).toBe(50);
    expect(rateOf(nothing, 20, seeded([MINUTE - 10, 40], [MINUTE - 20, 50]))).toBeUndefined();
  });
  it('goes down with its siblings, to a quarter at most, and never up with them', () => {
    const with2 = (factor: number): number | undefined => {
      const steady = (second: number): number => (second < 70 ? 100 : 100 * factor);
      return rateOf(sending({ n: () => 100, a: steady, b: steady }, 85), 85);
    };
    expect(with2(0.5)).toBe(50);
    expect(with2(0.1)).toBe(25);
    expect(with2(10)).toBe(100);
    expect(rateOf(sending({ n: () => 100, a: (second) => (second < 70 ? 100 : 50) }, 85), 85)).toBe(100);
  });
});

describe('the minutes that are read ahead', () => {
  it('are few, and reach an hour ahead on both earlier days', () => {
    const minutes = minutesOfUse(MINUTE);
    expect(minutes.length).toBeLessThan(25);
    expect(minutes).toContain(MINUTE - DAY + 60);
    expect(minutes).toContain(MINUTE - 7 * DAY + 60);
    expect(minutes).toContain(MINUTE - 10);
    expect(minutes.every((minute) => minute % 10 === 0)).toBe(true);
  });
});
