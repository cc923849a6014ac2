import fc from 'fast-check';
import { nameSchema } from '#contracts';
import { releaseNameOf } from './release-name.js';

describe('releaseNameOf', () => {
  it.each([
    ['Knot DNS 3.2.6', 'Knot-DNS-3.2.6'],
    ['BIND 9.18.33-1~deb12u2-Debian', 'BIND-9.18.33-1-deb12u2-Debian'],
    ['knotd (Knot DNS), version 3.2.6\n', 'knotd-Knot-DNS-version-3.2.6'],
    ['\n\n  v2.1.5\nsecond line\n', 'v2.1.5'],
    ['-r7-', 'r7'],
    ['é é', undefined],
    [' \n\t', undefined],
  ])('%j is %s', (text, name) => {
    expect(releaseNameOf(text)).toBe(name);
  });

  it('two long names that begin alike stay two', () => {
    const [one, two] = [releaseNameOf(`${'x'.repeat(80)}1`), releaseNameOf(`${'x'.repeat(80)}2`)];
    expect(one).toHaveLength(64);
    expect(one).toMatch(/^x{55}-[0-9a-f]{8}$/);
    expect(two).not.toBe(one);
  });

  it('is a name the server takes or none, whatever was printed, and a name stays itself', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary', maxLength: 200 })), (text) => {
        const name = releaseNameOf(text);
        expect(name === undefined || nameSchema.safeParse(name).success).toBe(true);
        expect(name === undefined ? undefined : releaseNameOf(name)).toBe(name);
      }),
    );
  });
});
