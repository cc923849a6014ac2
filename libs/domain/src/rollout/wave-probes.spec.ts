import { signalView } from '../signal/signal-view.fixture.js';
import { readProbedRecovery } from './wave-probes.js';

const END_SLOT = 1_000;
const SINCE_MS = 970_000;
const NODES = ['n1', 'n2', 'n3'];

type Counts = readonly [good: number, bad: number];

/** Rounds of ten seconds, the newest first, of nodes of which two are in one region. */
const recovery = (rounds: Readonly<Record<string, readonly Counts[]>>, sinceMs = SINCE_MS) => {
  const view = signalView({
    fleet: NODES.map((nodeId) => ({ nodeId, pop: 'p', region: nodeId === 'n3' ? 'europe' : 'us-east' })),
  });
  const sum = (_family: string, key: string, windowMs: number, endSlot: number) => {
    const [good, bad] = rounds[key]?.[((END_SLOT - endSlot) * 1_000) / windowMs] ?? [0, 0];
    return { good, bad, excluded: 0, timeout: 0 };
  };
  const windows = { ...view.windows, sum };
  return readProbedRecovery(NODES, sinceMs, 30_000, { ...view, endSlot: END_SLOT, windows });
};
const WELL: readonly Counts[] = [
  [5, 0],
  [5, 0],
  [4, 1],
];

describe('what probers say of a wave', () => {
  it('R59: recovered when each region has a node that is good in three rounds, and none is bad', () => {
    expect(recovery({ n1: WELL, n3: WELL })).toEqual({
      verdict: 'recovered',
      reason: 'probers: recovered, 2 nodes good in 3 rounds of 10s',
    });
  });

  it.each([
    ['nobody probes', {}],
    ['a region is not looked at', { n1: WELL, n2: WELL }],
    ['there are two rounds only', { n1: WELL.slice(0, 2), n3: WELL }],
  ])('R59: unknown where %s', (_, rounds) => {
    expect(recovery(rounds).verdict).toBe('unknown');
  });

  it('R59: unknown while three rounds do not fit behind the restart: what was before it proves nothing', () => {
    expect(recovery({ n1: WELL, n3: WELL }, SINCE_MS + 2_000).verdict).toBe('unknown');
    expect(recovery({ n1: [[0, 5]], n3: WELL }, SINCE_MS + 30_000).verdict).toBe('unknown');
  });

  it.each([0, 1, 2])(
    'R59: not recovered when one node is bad in round %i, though its region has a good one',
    (round) => {
      const bad = WELL.map((each, index): Counts => (index === round ? [3, 2] : each));
      expect(recovery({ n1: WELL, n2: bad, n3: WELL })).toEqual({
        verdict: 'not_recovered',
        reason: 'probers: not recovered, 1 of 3 nodes answer wrongly, as n2',
      });
    },
  );
});
