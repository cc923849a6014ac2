import fc from 'fast-check';
import { readPattern } from './alert-matcher.js';
import { type GettableAlert, readMatchers } from './alertmanager-view.js';

describe('a pattern of a matcher', () => {
  it('fits what the same regular expression fits', () => {
    const piece = fc.constantFrom('a', 'b', '.', '.*', '.+', '|', '\\.', '-');
    const value = fc.array(fc.constantFrom('a', 'b', '.', '-'), { maxLength: 8 }).map((chars) => chars.join(''));
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
        value,
        (pattern, text) => {
          expect(readPattern(pattern)?.(text)).toBe(new RegExp(`^(?:${pattern})$`).test(text));
        },
      ),
    );
  });

  it('of brackets around the whole are its alternatives', () => {
    expect(['n1', 'n2', 'n3'].map((value) => readPattern('(n1|n2)')?.(value))).toEqual([true, true, false]);
  });

  it.each(['[a-z]+', 'a{2}', 'a*', '(a)(b)', '^a', 'a\\d', 'x'.repeat(501)])('%s is not read', (pattern) => {
    expect(readPattern(pattern)).toBeUndefined();
  });
});

describe('which alerts are asked for', () => {
  const alert = {
    labels: { instance: 'n1.example.com', job: '' },
    status: { state: 'active' },
  } as unknown as GettableAlert;
  const isAsked = (...filter: readonly string[]) => {
    const matches = readMatchers({ filter });
    return typeof matches === 'string' ? matches : matches(alert);
  };

  it.each([
    [['instance=~"n1\\\\.example.*"'], true],
    [['instance=~"n1"'], false],
    [['instance!~"n2.*|n3.*"', 'instance="n1.example.com"'], true],
    [['instance!~n1.+'], false],
    [['nothing=~".*"'], true],
    [['nothing!=""'], false],
  ])('B19: %j: %s', (filter, expected) => {
    expect(isAsked(...filter)).toBe(expected);
  });

  it('B19: what is not read is said', () => {
    expect(isAsked('instance=~"[a-z]+"')).toMatch(/^matcher 0: .* are read$/);
  });
});
