import { event, TICK_MS } from '#contracts';
import type { LoggedDecision } from '#domain';
import { createPace } from './replay-pace.js';

const resolved = (tick: number): LoggedDecision => {
  const told = event('IncidentResolved', { incidentId: `in${tick}`, because: 'over', at: tick * TICK_MS });
  return { tick, stream: `incident-in${tick}`, events: [told] };
};

/** A process whose ticks take it `costMs` each, played at a speed: when it was held, and what was told when. */
const played = async (speed: number, ticks: readonly number[], costMs = 0) => {
  let nowMs = 5_000;
  const told: [number, string][] = [];
  const pace = createPace({
    fromTick: ticks[0]!,
    speed,
    nowMs: () => nowMs,
    pause: async (ms) => void (nowMs += ms),
    tell: (text) => told.push([nowMs - 5_000, text]),
  });
  const decisions: LoggedDecision[] = [];
  for (const tick of ticks) {
    await pace(tick, decisions);
    nowMs += costMs;
    decisions.push(resolved(tick));
  }
  await pace(ticks.at(-1)! + 1, decisions);
  return { told, lasted: nowMs - 5_000 };
};

describe('a replay that is looked at', () => {
  it('tells each decision once, at its moment, so many times as fast as it was', async () => {
    const { told, lasted } = await played(2, [100, 104, 108]);
    expect(told).toEqual([
      [500, '1970-01-01 00:00:25  page resolves  in100: over'],
      [1_000, '1970-01-01 00:00:26  page resolves  in104: over'],
      [1_125, '1970-01-01 00:00:27  page resolves  in108: over'],
    ]);
    expect(lasted).toBe(1_125);
  });

  it('waits through a time without records, and holds nothing that is slower than its speed', async () => {
    expect((await played(60, [0, 14_400])).lasted).toBe((14_401 * TICK_MS) / 60);
    expect((await played(1_000, [0, 1, 2], 40)).lasted).toBe(120);
  });
});
