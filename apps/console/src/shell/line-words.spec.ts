import type { Live } from '../api/live.js';
import { lineWords } from './line-words.js';

const NOW = Date.UTC(2021, 6, 22, 11, 50);
const S = 1_000;
const of = (heardAgoMs: number, asOfAgoMs: number): Live => ({
  line: { state: 'live' },
  heardAt: NOW - heardAgoMs,
  health: { asOf: new Date(NOW - asOfAgoMs).toISOString(), fleet: {} as never, regions: [] },
});

describe('what the bar says of the line', () => {
  it.each([
    ['Live, 1 s old', 'good', of(1 * S, 6 * S)],
    ['Live, 14 s old', 'good', of(14 * S, 20 * S)],
    ['Stale: 15 s old', 'warn', of(15 * S, 20 * S)],
    ['Live; the clock of this browser is 5 min slow, and ages are too short', 'warn', of(0, -300 * S)],
    ['Live; figures of 5 min ago, or the clock of this browser is fast', 'warn', of(0, 300 * S)],
  ])('%s', (text, tone, live) => {
    expect(lineWords(live, NOW)).toEqual({ tone, text });
  });

  it('is that it connects, which is no silence, until the first figures came', () => {
    expect(lineWords({ line: { state: 'connecting' }, health: null, heardAt: null }, NOW).text).toBe('Connecting …');
    expect(lineWords({ line: { state: 'live' }, health: null, heardAt: null }, NOW).text).toBe('Connecting …');
  });

  it('is since when it is lost, whatever was heard before', () => {
    const lost = { ...of(1 * S, 6 * S), line: { state: 'lost', since: NOW - 7 * S, because: 'x' } } as const;
    expect(lineWords(lost, NOW)).toEqual({ tone: 'bad', text: 'Not connected for 7 s; trying again' });
  });
});
