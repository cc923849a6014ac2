import { isPinned, rangeOf, readRange } from './range.js';

const NOW = Date.UTC(2021, 6, 22, 12);
const HOUR_MS = 3_600_000;

describe('the time of an address', () => {
  it('is the last ten minutes where the address says nothing, or no time', () => {
    const minutes = { from: NOW - HOUR_MS / 6, to: NOW };
    expect([rangeOf({}, NOW), rangeOf({ last: 'year' }, NOW), rangeOf({ from: 'never', to: 'ever' }, NOW)]).toEqual([
      minutes,
      minutes,
      minutes,
    ]);
  });

  it('is a length before now', () => {
    expect(rangeOf({ last: '24h' }, NOW)).toEqual({ from: NOW - 24 * HOUR_MS, to: NOW });
  });

  it('stays what it is once it is pinned', () => {
    const pinned = { from: '2021-07-22T11:40:00.000Z', to: '2021-07-22T12:20:00.000Z', last: '10m' };
    expect(rangeOf(pinned, NOW + HOUR_MS)).toEqual({ from: Date.parse(pinned.from), to: Date.parse(pinned.to) });
    expect([pinned, { from: pinned.to, to: pinned.from }, { from: pinned.from }, { last: '1h' }].map(isPinned)).toEqual(
      [true, false, false, false],
    );
  });

  it('does not end before it begins', () => {
    expect(rangeOf({ from: '2021-07-22T12:20:00Z', to: '2021-07-22T11:40:00Z' }, NOW)).toEqual({
      from: NOW - HOUR_MS / 6,
      to: NOW,
    });
  });

  it('is read of texts alone', () => {
    expect(readRange({ last: '1h', from: 5, to: ['x'], page: 'x' })).toEqual({ last: '1h' });
  });
});
