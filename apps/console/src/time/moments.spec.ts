import { clockOf, fromUtc, lengthOf, momentOf, zoneOf } from './moments.js';

describe('a moment', () => {
  const at = Date.UTC(2021, 6, 22, 11, 47, 2, 900);

  it('is shown by the clock of UTC, whatever the place', () => {
    expect([clockOf(at, 'UTC'), momentOf(at, 'UTC')]).toEqual(['11:47:02', '2021-07-22 11:47:02']);
  });

  it('is shown by the clock of the place where that was chosen', () => {
    const here = new Date(at);
    expect(clockOf(at, 'local').startsWith(String(here.getHours()).padStart(2, '0'))).toBe(true);
  });
});

describe('the clock that a moment is shown by', () => {
  it.each([
    [0, 'UTC'],
    [120, 'UTC+02:00'],
    [-300, 'UTC-05:00'],
    [345, 'UTC+05:45'],
    [-210, 'UTC-03:30'],
  ])('of a place %i minutes before UTC is %s', (minutes, words) => {
    expect(fromUtc(minutes)).toBe(words);
  });

  it('is UTC where that was chosen, and of the place otherwise', () => {
    const at = Date.UTC(2021, 6, 22, 11, 47, 2);
    const here = fromUtc(-new Date(at).getTimezoneOffset());
    expect([zoneOf(at, 'UTC'), zoneOf(at, 'local')]).toEqual(['UTC', here]);
  });
});

describe('a length of time', () => {
  it.each([
    [0, '0 s'],
    [-5_000, '0 s'],
    [400, '0 s'],
    [600, '1 s'],
    [59_700, '1 min'],
    [125_000, '2 min 5 s'],
    [4_320_000, '1 h 12 min'],
    [86_400_000 * 9 + 5_000, '9 d'],
  ])('of %i ms is %s', (ms, words) => {
    expect(lengthOf(ms)).toBe(words);
  });
});
