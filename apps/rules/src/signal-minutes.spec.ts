import { createEngine, createSlidingWindows, type Engine, windowsOf } from '#domain';
import type { SignalMinuteRepository, SignalMinuteRow } from '#store';
import { keepMinutes, readMinutes } from './signal-minutes.js';

const newEngine = (): Engine => {
  const options = { rules: [], catalogue: { customers: [], nodes: [] }, hash: String, sha256: String };
  return createEngine(options, createSlidingWindows(windowsOf(options)));
};

/** Rows in memory, the first of a minute wins. */
const repositoryOf = (rows: Map<number, SignalMinuteRow>): SignalMinuteRepository => ({
  write: async (minutes) => {
    for (const row of minutes) if (!rows.has(row.minute)) rows.set(row.minute, row);
  },
  read: async () => [...rows.values()].toSorted((a, b) => a.minute - b.minute),
});

describe('minutes that are kept for the next start', () => {
  it('are written once and known to the next engine', async () => {
    const rows = new Map<number, SignalMinuteRow>();
    const repository = repositoryOf(rows);
    const engine = newEngine();
    expect(await keepMinutes(engine, repository, -1)).toBe(-1);
    engine.seedMinutes([
      { key: 'fleet', minute: 100, good: 9, bad: 1, excluded: 0 },
      { key: 'v1|europe', minute: 100, good: 9, bad: 1, excluded: 0 },
      { key: 'fleet', minute: 101, good: 7, bad: 0, excluded: 2 },
    ]);
    const kept = await keepMinutes(engine, repository, -1);
    expect(kept).toBe(101);
    expect(rows.get(101)?.counts['fleet']).toEqual([7, 0, 2]);
    rows.clear();
    expect(await keepMinutes(engine, repository, kept)).toBe(101);
    expect(rows.size).toBe(0);
    await keepMinutes(engine, repository, 100);
    expect([...rows.keys()]).toEqual([101]);
    const next = newEngine();
    expect(await readMinutes(next, repository)).toBe(101);
    // A cohort that answered nothing gets no row of its own, which reads as zero.
    expect(next.minutesAfter(-1)).toEqual(
      engine.minutesAfter(100).filter(({ good, bad, excluded }) => good + bad + excluded > 0),
    );
    expect(await readMinutes(newEngine(), repositoryOf(new Map()))).toBe(-1);
  });
});
