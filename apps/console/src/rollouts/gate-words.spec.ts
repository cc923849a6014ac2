import { natsOf, successOf } from './gate-words.js';

describe('what a gate counted', () => {
  it('is the share that was answered, of how many', () => {
    expect(successOf({ good: 990, bad: 10 }, 'roll_back')).toBe('99.00 % of 1,000');
  });

  it('comes yet while more data is needed, and never after a verdict', () => {
    for (const counts of [null, { good: 0, bad: 0 }]) {
      expect(successOf(counts, 'need_more_data')).toBe('nothing yet');
      expect(successOf(counts, 'roll_back')).toBe('nothing was measured before the verdict');
    }
  });

  it('has evidence against it, or none', () => {
    expect([natsOf(6.2045), natsOf(-5), natsOf(0), natsOf(null)]).toEqual(['6.2', '-5.0', '0.0', '—']);
  });
});
