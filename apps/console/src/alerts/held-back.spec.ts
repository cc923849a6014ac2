import { selectorOf } from './held-back.js';

const where = (scope: string, key: string) =>
  Object.fromEntries(selectorOf({ rule: 'r', scope, key }).map(({ label, patterns }) => [label, patterns.join(',')]));

describe('by what a silence finds an alert', () => {
  it('a release in a region by both of its labels', () => {
    expect(where('release_region', 'v2.1.5+c42|us-east')).toEqual({
      rule: 'r',
      release: 'v2.1.5+c42',
      region: 'us-east',
    });
  });

  it.each(['release', 'region', 'pop', 'node', 'customer'])('a %s by its own', (scope) => {
    expect(where(scope, 'x')).toEqual({ rule: 'r', [scope]: 'x' });
  });

  it('what is told from outside by the region that it is about, if that was said', () => {
    expect(where('external', 'a1|us-east')).toEqual({ rule: 'r', region: 'us-east' });
    expect(where('external', 'a1|')).toEqual({ rule: 'r' });
  });

  it.each(['fleet', 'partition'])('%s by its rule alone, since no label says more', (scope) => {
    expect(where(scope, 'x')).toEqual({ rule: 'r' });
  });
});
