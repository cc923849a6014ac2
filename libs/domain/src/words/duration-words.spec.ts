import { durationWords } from './duration-words.js';

describe('a duration in words', () => {
  it.each([
    [0, '0 s', '0 s', 'less than 1 min'],
    [540, '0.5 s', '1 s', 'less than 1 min'],
    [59_960, '1 min', '1 min', 'less than 1 min'],
    [65_540, '1 min 5.5 s', '1 min 6 s', '1 min'],
    [180_000, '3 min', '3 min', '3 min'],
    [11_580_900, '3 h 13 min', '3 h 13 min', '3 h 13 min'],
    [3_600_000, '1 h', '1 h', '1 h'],
    [183_600_000, '2 d 3 h', '2 d 3 h', '2 d 3 h'],
    [-5, '0 s', '0 s', 'less than 1 min'],
  ])('%i ms', (ms, tenth, second, minute) => {
    expect([durationWords(ms, 'tenth'), durationWords(ms, 'second'), durationWords(ms, 'minute')]).toEqual([
      tenth,
      second,
      minute,
    ]);
  });
});
