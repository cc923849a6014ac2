import { decideHealth, HEALTH_PROBES } from '../outcome/k-of-n.js';
import { readCapture } from './capture.fixture.js';
import { NodeActivity } from './node-activity.js';
import { judgeProbes, newestProbes, nodeSuccess, successAgainstExpectation } from './node-success.js';
import { NODE, ratePerS, replay } from './replay.fixture.js';

const TICK_US = 250_000;
/** A result of a tick is told by the next one. */
const TOLD_LATER_TICKS = 1;

/** The probes of one recording as two probers that know nothing of each other. */
const halves = (name: 'knot-crashloop' | 'knot-hang') => {
  const capture = readCapture(name);
  return {
    capture,
    own: capture.probes.filter((_, nth) => nth % 2 === 0),
    other: capture.probes.filter((_, nth) => nth % 2 === 1),
  };
};

const timesOf = (capture: ReturnType<typeof readCapture>, name: string): readonly number[] =>
  capture.events.filter(({ event }) => event === name).map(({ atUs }) => atUs);

interface Tracked {
  readonly prober: number;
  readonly byProbes: number;
  readonly byExpectation: number;
}

/** What an independent prober sees in a span, and what is told of the node in the same ticks. */
const track = (
  name: 'knot-crashloop' | 'knot-hang',
  firstFault: string,
  span: readonly [from: number, to: number],
): Tracked => {
  const { capture, own, other } = halves(name);
  const { outcomes } = capture;
  const [startUs = NaN] = timesOf(capture, 'start');
  const seededPerS = ratePerS(outcomes, startUs + 1_000_000, (timesOf(capture, firstFault)[0] ?? NaN) - 300_000);
  const [fromTick, toTick] = span.map((us) => Math.round(us / TICK_US)) as [number, number];
  const [fromUs, toUs] = [fromTick * TICK_US, toTick * TICK_US];
  const within = other.filter(({ knownUs }) => knownUs >= fromUs && knownUs < toUs);
  const place = { endTick: toTick - 1 + TOLD_LATER_TICKS, ticks: toTick - fromTick };
  const read = (probes: typeof own): number => {
    const { activity } = replay(capture, { outcomes, probes, untilUs: (place.endTick + 1) * TICK_US });
    const node = activity.node(NODE.nodeId) ?? new NodeActivity('nobody');
    const { percent } = nodeSuccess(node, seededPerS, place);
    return percent === 'unknown' ? NaN : percent;
  };
  const passed = within.filter(({ isGood }) => isGood).length;
  return { prober: (100 * passed) / within.length, byProbes: read(own), byExpectation: read([]) };
};

describe('node success', () => {
  const { capture } = halves('knot-crashloop');
  const [startUs = NaN] = timesOf(capture, 'start');
  const crashUs = timesOf(capture, 'segv')[0] ?? NaN;
  const restartUs = timesOf(capture, 'restart').at(-1) ?? NaN;

  it.each([
    ['healthy', startUs + 1_000_000, crashUs - 500_000],
    ['first crash to last restart', crashUs, restartUs],
    ['and half a second more', crashUs, restartUs + 500_000],
  ])('crash loop, %s: within 5 points of another prober by probes, within 10 by expectation', (_, fromUs, toUs) => {
    const { prober, byProbes, byExpectation } = track('knot-crashloop', 'segv', [fromUs, toUs]);
    expect(Math.abs(byProbes - prober)).toBeLessThan(5);
    expect(Math.abs(byExpectation - prober)).toBeLessThan(10);
  });

  it('hang: within 5 points by probes, within 10 by expectation, until the backlog is answered', () => {
    const hang = halves('knot-hang').capture;
    // The first second of a hang is not known to a prober that waits for a second.
    const fromUs = (timesOf(hang, 'sigstop')[0] ?? NaN) + 1_000_000;
    const toUs = (timesOf(hang, 'sigcont')[0] ?? NaN) - 250_000;
    const { prober, byProbes, byExpectation } = track('knot-hang', 'sigstop', [fromUs, toUs]);
    expect(prober).toBe(0);
    expect(byProbes).toBeLessThan(5);
    expect(byExpectation).toBeLessThan(10);
  });
});

describe('success against expectation', () => {
  const filled = (perTick: number, bad = 0): NodeActivity => {
    const node = new NodeActivity('n1');
    for (let tick = 4; tick < 44; tick += 1) {
      const ofSlot = (tick % 4) + 1;
      node.takeOwn({ tick, clock: tick }, Math.floor(tick / 4), ofSlot * (perTick - bad), ofSlot * bad);
    }
    return node;
  };
  const last10 = { endTick: 43, ticks: 40 };

  it('is good of observed while more comes than expected, and of expected while less does', () => {
    expect(successAgainstExpectation(filled(100, 10), 200, last10)).toMatchObject({ percent: 90, of: 4_000 });
    expect(successAgainstExpectation(filled(100), 800, last10)).toMatchObject({ percent: 50, of: 8_000 });
  });
  it('is unknown without an expectation, and asks nothing of before the node was first heard', () => {
    expect(successAgainstExpectation(filled(100), undefined, last10)).toMatchObject({
      percent: 'unknown',
      by: 'nobody',
    });
    expect(successAgainstExpectation(filled(100), 400, { endTick: 43, ticks: 80 }).percent).toBe(100);
  });
});

describe('R43: k of n probes', () => {
  it.each([
    [4, 5, 'good'],
    [5, 5, 'good'],
    [3, 5, 'unclear'],
    [2, 5, 'bad'],
    [0, 5, 'bad'],
    [4, 4, 'none'],
    [19, 25, 'unclear'],
    [20, 25, 'good'],
    [10, 25, 'bad'],
  ] as const)('%i of %i: %s', (good, all, verdict) => expect(judgeProbes(good, all)).toBe(verdict));

  it('a node that passes 30 % of the time is taken for healthy by 3.1 % of the checks', () => {
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
    let healthy = 0;
    for (let passes = 0; passes <= HEALTH_PROBES; passes += 1)
      if (decideHealth(passes).isHealthy && judgeProbes(passes, HEALTH_PROBES) === 'good')
        healthy += choose(HEALTH_PROBES, passes) * 0.3 ** passes * 0.7 ** (HEALTH_PROBES - passes);
    expect(healthy).toBeCloseTo(0.031, 3);
  });

  it('the newest five count, and none is newer than 30 s', () => {
    const node = new NodeActivity('n1');
    for (let second = 1; second <= 10; second += 1)
      node.takeProbe({ tick: 4 * second, clock: 4 * second }, second, second <= 5 ? 1 : 0, second <= 5 ? 0 : 1);
    expect(newestProbes(node, 24)).toBe('good');
    expect(newestProbes(node, 40)).toBe('bad');
    expect(newestProbes(node, 40 + 104)).toBe('none');
  });
});
