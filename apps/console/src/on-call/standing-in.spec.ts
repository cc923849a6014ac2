import { standingOf } from './standing-in.js';

const standIn = {
  from: '2026-11-28T08:00:00Z',
  until: '2026-11-28T16:00:00Z',
  withdrawnAt: null,
  withdrawnBy: null,
};
const at = (hour: number): number => Date.UTC(2026, 10, 28, hour);

describe('who stands in', () => {
  it('holds from its beginning to its end, and not before', () => {
    expect([7, 8, 15, 16].map((hour) => standingOf(standIn, at(hour))[1])).toEqual([
      'not begun',
      'holds',
      'holds',
      'over',
    ]);
  });

  it('holds no more once it was withdrawn', () => {
    const withdrawn = { ...standIn, withdrawnAt: '2026-11-28T09:00:00Z', withdrawnBy: 'user:ann' };
    expect(standingOf(withdrawn, at(10))).toEqual(['still', 'withdrawn by user:ann']);
  });
});
