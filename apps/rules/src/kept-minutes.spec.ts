import { createEngine, createSlidingWindows, type Engine, windowsOf } from '#domain';
import { createLogger } from '#runtime';
import type { BaselinePoolRow, Queryable, SignalMinuteRow } from '#store';
import { keepMinutes, type MinuteRepositories, readMinutes, unkeptMinutes } from './kept-minutes.js';

const newEngine = (): Engine => {
  const customers = [{ customerId: 'bank', name: 'Bank', tier: 'tier1', critical: false }] as const;
  const options = { rules: [], catalogue: { customers, nodes: [] }, hash: String, sha256: String };
  return createEngine(options, createSlidingWindows(windowsOf(options)));
};

const NOTHING_KEPT = { minute: -1, poolMinute: -1 };
/** Repositories over these need none. */
const TX: Queryable = { query: () => Promise.reject(new Error('not asked for')) };

const repositoriesOf = (
  rows: Map<number, SignalMinuteRow>,
  pools: Map<number, BaselinePoolRow>,
): Parameters<typeof readMinutes>[1] => ({
  logger: createLogger('silent'),
  signalMinutes: {
    write: async (_tx, minutes) => {
      for (const row of minutes) if (!rows.has(row.minute)) rows.set(row.minute, row);
    },
    read: async () => [...rows.values()].toSorted((a, b) => a.minute - b.minute),
  },
  baselinePools: {
    write: async (_tx, written, held) => {
      for (const row of written) pools.set(row.pool, row);
      for (const pool of pools.keys()) if (!held.includes(pool)) pools.delete(pool);
    },
    read: async () => [...pools.values()].toSorted((a, b) => a.pool - b.pool),
  },
});

/** Keeps what is new; answers up to where all is kept. */
const keep = async (engine: Engine, repositories: MinuteRepositories, kept = NOTHING_KEPT) => {
  const unkept = unkeptMinutes(engine, kept);
  if (unkept === undefined) return kept;
  await keepMinutes(TX, repositories, unkept);
  return unkept.newest;
};

describe('minutes that are kept for the next start', () => {
  it('are written once and known to the next engine', async () => {
    const rows = new Map<number, SignalMinuteRow>();
    const repositories = repositoriesOf(rows, new Map());
    const engine = newEngine();
    expect(unkeptMinutes(engine, NOTHING_KEPT)).toBeUndefined();
    engine.seedMinutes([
      { key: 'fleet', minute: 100, good: 9, bad: 1, excluded: 0 },
      { key: 'v1|europe', minute: 100, good: 9, bad: 1, excluded: 0 },
      { key: 'fleet', minute: 101, good: 7, bad: 0, excluded: 2 },
    ]);
    const kept = await keep(engine, repositories);
    expect(kept.minute).toBe(101);
    expect(rows.get(101)?.counts['fleet']).toEqual([7, 0, 2]);
    expect(unkeptMinutes(engine, kept)).toBeUndefined();
    rows.clear();
    await keep(engine, repositories, { ...kept, minute: 100 });
    expect([...rows.keys()]).toEqual([101]);
    const next = newEngine();
    expect((await readMinutes(next, repositories)).minute).toBe(101);
    // A cohort that answered nothing gets no row of its own, which reads as zero.
    expect(next.minutesAfter(-1)).toEqual(
      engine.minutesAfter(100).filter(({ good, bad, excluded }) => good + bad + excluded > 0),
    );
    expect(await readMinutes(newEngine(), repositoriesOf(new Map(), new Map()))).toEqual(NOTHING_KEPT);
  });

  it('C7: pools are known to the next engine as they were; only those that changed are written, others go', async () => {
    const pools = new Map<number, BaselinePoolRow>();
    const repositories = repositoriesOf(new Map(), pools);
    const engine = newEngine();
    engine.seedBaseline([1_000, 1_009, 1_010].map((minute) => ({ minute, good: minute, bad: 1 })));
    engine.seedCustomers([998, 1_009, 1_010].map((minute) => ({ customerId: 'bank', minute, good: 50, bad: 2 })));
    const kept = await keep(engine, repositories);
    expect([...pools.keys()]).toEqual([99, 100, 101]);
    const next = newEngine();
    expect(await readMinutes(next, repositories)).toEqual({ minute: -1, poolMinute: 1_010 });
    expect(next.poolsAfter(-1)).toEqual(engine.poolsAfter(-1));
    engine.seedBaseline([{ minute: 1_011, good: 5, bad: 0 }]);
    expect(unkeptMinutes(engine, kept)?.pools.map(({ pool }) => pool)).toEqual([101]);
    engine.seedBaseline([{ minute: 1_200, good: 5, bad: 0 }]);
    await keep(engine, repositories, kept);
    expect([...pools.keys()]).toEqual([99, 100, 101, 120].filter((pool) => engine.poolsAfter(-1).held.includes(pool)));
  });

  it('a pool of a format that nobody knows is told and left out, the others are known', async () => {
    const pools = new Map<number, BaselinePoolRow>();
    const repositories = repositoriesOf(new Map(), pools);
    const engine = newEngine();
    engine.seedBaseline([71, 81].map((minute) => ({ minute, good: minute, bad: 1 })));
    await keep(engine, repositories);
    pools.set(7, { pool: 7, body: Uint8Array.of(9, 0, 0) });
    const told: unknown[] = [];
    const logger = Object.assign(createLogger('silent'), { error: (line: unknown) => void told.push(line) });
    const next = newEngine();
    expect(await readMinutes(next, { ...repositories, logger })).toEqual({ minute: -1, poolMinute: 81 });
    expect(next.poolsAfter(-1).held).toEqual([8]);
    expect(told).toEqual([{ pool: 7, detail: 'not a pool: version 9: expected 1 at byte 1' }]);
  });
});
