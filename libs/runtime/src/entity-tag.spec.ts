import { entityTag, isKnown } from './entity-tag.js';

describe('the tag of an answer', () => {
  it('of a thing with a version names the version and what was shown', () => {
    expect(entityTag(3, 'a')).toMatch(/^"3\.[0-9a-f]{16}"$/);
    expect(entityTag(3, 'a')).toBe(entityTag(3, 'a'));
    expect(new Set([entityTag(3, 'a'), entityTag(4, 'a'), entityTag(3, 'b')]).size).toBe(3);
  });

  it('of anything else is weak', () => expect(entityTag(undefined, 'a')).toMatch(/^W\/"[0-9a-f]{16}"$/));

  it.each([
    [undefined, false],
    ['"1.b"', false],
    ['"1.a"', true],
    ['W/"1.a"', true],
    ['"0.x", "1.a"', true],
    ['*', true],
  ])('If-None-Match: %s', (header, expected) => expect(isKnown(header, '"1.a"')).toBe(expected));
});
