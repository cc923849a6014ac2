import { rangeOf, readRange } from './range.js';

const NOW = Date.UTC(2021, 6, 22, 12);
const HOUR_MS = 3_600_000;

describe('the time of an address', () => {
  it('is the last hour where the address says nothing, or no time', () => {
    const hour = { from: NOW - HOUR_MS, to: NOW };
    expect([rangeOf({}, NOW), rangeOf({ last: 'year' }, NOW), rangeOf({ from: 'never', to: 'ever' }, NOW)]).toEqual([
      hour,
      hour,
      hour,
    ]);
  });

  it('is a length before now', () => {
    expect(rangeOf({ last: '24h' }, NOW)).toEqual({ from: NOW - 24 * HOUR_MS, to: NOW });
  });

  it('stays what it is once it is pinned', () => {
    const pinned = { from: '2021-07-22T11:40:00.000Z', to: '2021-07-22T12:20:00.000Z', last: '10m' };
    expect(rangeOf(pinned, NOW + HOUR_MS)).toEqual({ from: Date.parse(pinned.from), to: Date.parse(pinned.to) });
  });

  it('does not end before it begins', () => {
    expect(rangeOf({ from: '2021-07-22T12:20:00Z', to: '2021-07-22T11:40:00Z' }, NOW)).toEqual({
      from: NOW - HOUR_MS,
      to: NOW,
    });
  });

  it('is read of texts alone', () => {
    expect(readRange({ last: '1h', from: 5, to: ['x'], page: 'x' })).toEqual({ last: '1h' });
  });
});
