import { OTHER_KEY } from '#contracts';
import { sendRandomNames } from './random-names.fixture.js';

/** As many zones of nobody as one slot may hold; further ones share a row. */
const ZONES_MAX = 1_000;

describe('names that nobody configured', () => {
  it('50,000 zones take a bounded number of rows, and every customer stays exact', () => {
    const { sent, stored, zonesMax, slotsMax } = sendRandomNames(50_000);
    expect(zonesMax).toBe(ZONES_MAX);
    expect(slotsMax).toBeLessThanOrEqual(61);
    expect(sent.size).toBeGreaterThan(900);
    expect(Object.fromEntries(stored)).toEqual(Object.fromEntries(sent));
    expect(stored.get(OTHER_KEY)).toBeGreaterThanOrEqual(50_000);
  });
});
