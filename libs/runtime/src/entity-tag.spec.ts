import { entityTag, hashOf, isKnown } from './entity-tag.js';

describe('the tag of an answer', () => {
  it('of a thing with a version names the version and what was shown', () => {
    const tag = (version: number, answer: string): string => entityTag(version, hashOf(answer));
    expect(tag(3, 'a')).toMatch(/^"3\.[0-9a-f]{16}"$/);
    expect(tag(3, 'a')).toBe(tag(3, 'a'));
    expect(new Set([tag(3, 'a'), tag(4, 'a'), tag(3, 'b')]).size).toBe(3);
  });

  it('of anything else is weak', () => expect(entityTag(undefined, hashOf('a'))).toMatch(/^W\/"[0-9a-f]{16}"$/));

  it.each([
    [undefined, false],
    ['"1.b"', false],
    ['"1.a"', true],
    ['W/"1.a"', true],
    ['"0.x", "1.a"', true],
    ['*', true],
  ])('If-None-Match: %s', (header, expected) => expect(isKnown(header, '"1.a"')).toBe(expected));
});
