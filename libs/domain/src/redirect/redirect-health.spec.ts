import { signalView } from '../signal/signal-view.fixture.js';
import type { TickView } from '../rule/tick-view.js';
import type { RedirectPlan } from './redirect.js';
import { readRedirectHealth } from './redirect-health.js';

const NODES = ['n1', 'n2', 'n3'];
const PLAN: RedirectPlan = {
  scope: 'region',
  key: 'asia',
  nodes: NODES,
  siblings: ['europe'],
  service: 'dns',
  release: { softwareVersion: 'v1', configRev: 'c1' },
  perS: undefined,
  slowMs: 5_000,
  rule: 'slow',
  reason: 'p99 6000 ms > 5000 ms',
  decidedAtMs: 0,
};

/** Every node gave so many good answers in each minute, with a p99 of the region. */
const wellIn = (good: number, p99Ms: number): boolean => {
  const view: TickView = signalView({
    cells: { node: Object.fromEntries(NODES.map((nodeId) => [nodeId, { good }])) },
    percentile: (family) => (family === 'release_region' ? p99Ms * 1_000 : 'unknown'),
    fleet: NODES.map((nodeId) => ({ nodeId, pop: 'asia-0', region: 'asia' })),
    attendance: () => ({ expected: 3, live: [], watermarkSlot: undefined }),
    node: () => undefined,
  });
  return readRedirectHealth(PLAN, [], view).place.isWell;
};

describe('whether those who took the traffic are well', () => {
  const fleet = [...NODES, 'a', 'b', 'c', 'd', 'e', 'f', 'g'].map((nodeId) => ({
    nodeId,
    pop: 'p',
    region: NODES.includes(nodeId) ? 'asia' : 'europe',
  }));
  const siblings = (reporting: number) => {
    const live = fleet.slice(3, 3 + reporting) as unknown as TickView['nodes'];
    // The moved ones are expected no more, since they are quiet.
    const view = signalView({
      fleet,
      attendance: () => ({ expected: 7, live, watermarkSlot: undefined }),
      node: () => undefined,
    });
    return readRedirectHealth(PLAN, [], view).siblings;
  };

  it('RAIL: nobody knows while fewer than 80 % of the others report; those who were moved do not count as reporting', () => {
    expect(siblings(5)).toEqual({ areWell: undefined, detail: '5 of 7 nodes report' });
    expect(siblings(6).areWell).not.toBeUndefined();
  });
});

describe('whether nodes are back', () => {
  const backOf = (perS: number | undefined, goods: readonly number[]) => {
    const node = { nodeId: 'n', seen: {}, seenTick: 1_000 } as unknown as ReturnType<TickView['node']>;
    const view = signalView({
      tick: 1_000,
      cells: { node: Object.fromEntries(NODES.map((nodeId, index) => [nodeId, { good: goods[index]! }])) },
      attendance: () => ({ expected: 0, live: [], watermarkSlot: undefined }),
      node: () => node,
    });
    return readRedirectHealth({ ...PLAN, perS }, [], view).back.isBack;
  };

  it.each([
    [undefined, [10, 10, 9], false],
    [undefined, [10, 10, 10], true],
    // 30 outcomes a second: a quarter is 75 in 10 s, and of each node three.
    [30, [24, 25, 25], false],
    [30, [25, 25, 25], true],
    [30, [2, 40, 40], false],
    [30, [3, 3, 69], true],
    // 1 a second: 15 in a minute are a quarter.
    [1, [3, 3, 8], false],
    [1, [3, 3, 9], true],
    // Nothing is known to have been asked: one answer of each shows it.
    [0, [0, 5, 5], false],
    [0, [1, 1, 1], true],
  ])('of %s outcomes a second before, %s of its nodes: %s', (perS, goods, isBack) => {
    expect(backOf(perS, goods)).toBe(isBack);
  });

  it('none is that nobody has heard of: a place is not back because its nodes were forgotten', () => {
    const view = signalView({
      fleet: [{ nodeId: 'a', pop: 'p', region: 'europe' }],
      attendance: () => ({ expected: 1, live: [], watermarkSlot: undefined }),
      node: () => undefined,
    });
    expect(readRedirectHealth(PLAN, [], view).back).toEqual({ isBack: false, detail: '0 of 3 nodes answer clients' });
  });
});

describe('whether a place that was moved is well', () => {
  it('R25: not while its p99 is above 5 s, though nothing times out and every answer is good', () => {
    expect(wellIn(1_000, 45)).toBe(true);
    expect(wellIn(1_000, 6_000)).toBe(false);
  });

  it('R25: not by fewer than 100 answers in two minutes: the slowest of them says nothing', () => {
    expect(wellIn(16, 45)).toBe(false);
    expect(wellIn(17, 45)).toBe(true);
  });

  it('R25: not by probes of which 5 % fail: nobody says which of them timed out', () => {
    const wellBy = (good: number, bad: number): boolean => {
      const view = signalView({
        cells: { probe: Object.fromEntries(NODES.map((nodeId) => [nodeId, { good, bad }])) },
        percentile: () => 'unknown',
        fleet: NODES.map((nodeId) => ({ nodeId, pop: 'asia-0', region: 'asia' })),
        attendance: () => ({ expected: 3, live: [], watermarkSlot: undefined }),
        node: () => undefined,
      });
      return readRedirectHealth(PLAN, [], view).place.isWell;
    };
    expect(wellBy(1_000, 0)).toBe(true);
    expect(wellBy(950, 50)).toBe(false);
  });
});
