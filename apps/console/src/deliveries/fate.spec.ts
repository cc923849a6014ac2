import { type Fated, fateOf } from './fate.js';

const NOW = Date.parse('2026-11-28T12:00:00Z');
const at = (seconds: number): string => new Date(NOW + seconds * 1_000).toISOString();
const fate = (changes: Partial<Fated>): string =>
  fateOf(
    { status: 'due', finishedAt: null, dueAt: null, attemptCount: 0, lastDetail: null, fellOverTo: null, ...changes },
    NOW,
  );

describe('what became of a delivery', () => {
  it('is when it arrived', () => {
    expect(fate({ status: 'delivered', finishedAt: at(-40) })).toBe('40 s ago');
  });

  it('is when it is tried next, and how long it is overdue where nobody tries', () => {
    expect(fate({ dueAt: at(20), attemptCount: 2 })).toBe('attempt 3 in 20 s');
    expect(fate({ dueAt: at(-30) })).toBe('attempt 1 due for 30 s');
  });

  it('is why it was given up, and by which way it went too', () => {
    expect(fate({ status: 'gave_up', lastDetail: 'HTTP 500' })).toBe('HTTP 500');
    expect(fate({ status: 'gave_up', lastDetail: 'HTTP 500', fellOverTo: 'sms' })).toBe(
      'HTTP 500, sent through sms too',
    );
    expect(fate({ dueAt: at(20), fellOverTo: 'sms' })).toBe('attempt 1 in 20 s, sent through sms too');
    expect(fate({ status: 'superseded' })).toBe('');
  });
});
