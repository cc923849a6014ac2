import { standingText } from './standing.js';

const NOW = Date.UTC(2021, 6, 22, 11, 58);
const iso = (ageMs: number): string => new Date(NOW - ageMs).toISOString();
const calm = {
  open: 0,
  areMoreOpen: false,
  endedAt: iso(9 * 86_400_000),
  heard: [iso(3_000), iso(5_000), null],
  isMore: false,
};

describe('what a page says when nothing is wrong', () => {
  it('is that, since when, and who says so', () => {
    expect(standingText('firing', calm, NOW)).toBe(
      'Nothing firing. Last incident ended 9 d ago. 2 of 3 nodes reporting, 3 s old.',
    );
    expect(standingText('open', { ...calm, endedAt: null, isMore: true }, NOW)).toBe(
      'Nothing open. There was no incident yet. 2 of the first 3 nodes reporting, 3 s old.',
    );
  });

  it('is how many are open where some are', () => {
    expect(standingText('firing', { ...calm, open: 2 }, NOW)).toBe('2 firing. 2 of 3 nodes reporting, 3 s old.');
    expect(standingText('open', { ...calm, open: 100, areMoreOpen: true }, NOW)).toContain('More than 100 open.');
  });

  it.each([
    [[], 'No node is registered'],
    [[null], 'None of 1 nodes was ever heard'],
    [[iso(60_000), null], 'No node reports; the newest was heard 1 min ago'],
  ])('is not that all is well where nobody is heard: %j', (heard, said) => {
    const text = standingText('firing', { ...calm, heard }, NOW);
    expect(text).toContain(said);
    expect(text).toContain('unknown, not healthy');
  });
});
