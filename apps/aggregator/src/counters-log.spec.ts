import { createCounters } from './aggregator-counters.js';
import { logCounters } from './counters-log.js';

/** Plays one change of the counters per interval and keeps what is told; stops during the last interval. */
const play = async (changes: readonly number[]) => {
  const counters = createCounters();
  const stopping = new AbortController();
  const waits: number[] = [];
  const told: unknown[] = [];
  const clock = {
    nowMs: () => 0,
    sleep: async (waitMs: number) => {
      counters.lostOffsets += changes[waits.length] ?? 0;
      waits.push(waitMs);
      if (waits.length === changes.length) stopping.abort();
    },
  };
  const logger = { info: (...line: readonly unknown[]) => told.push(line) } as never;
  await logCounters({ counters, clock, logger }, stopping.signal);
  return { waits, told };
};

describe('log of the counters', () => {
  it('RR24: given counters that change, then each change is told once, the last one at the stop', async () => {
    const { waits, told } = await play([3, 0, 0, 4]);
    expect(waits).toEqual([10_000, 10_000, 10_000, 10_000]);
    expect(told).toEqual([
      [expect.objectContaining({ lostOffsets: 3, refused: 0 }), 'aggregator: counters'],
      [expect.objectContaining({ lostOffsets: 7 }), 'aggregator: counters'],
    ]);
  });

  it('given nothing that changes, then nothing is told', async () => {
    expect((await play([0, 0])).told).toEqual([]);
  });
});
