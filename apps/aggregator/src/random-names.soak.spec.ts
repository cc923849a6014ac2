import { sendRandomNames } from './random-names.fixture.js';

const NAMES = 1_000_000;

describe('names that nobody configured, long', () => {
  it('a million zones take a bounded number of rows, and every customer stays exact', () => {
    const before = process.memoryUsage().rss;
    const { sent, stored, zonesMax, slotsMax } = sendRandomNames(NAMES);
    console.table({ names: NAMES, zonesMax, slotsMax, rssGrowthMb: (process.memoryUsage().rss - before) >> 20 });
    expect(zonesMax).toBeLessThanOrEqual(1_000);
    expect(slotsMax).toBeLessThanOrEqual(61);
    expect(sent.size).toBe(1_001);
    expect(Object.fromEntries(stored)).toEqual(Object.fromEntries(sent));
  });
});
