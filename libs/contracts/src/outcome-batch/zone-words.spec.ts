import fc from 'fast-check';
import { ZoneDictionary } from './zone-dictionary.js';
import { isZoneWord, zoneHash } from './zone-words.js';

const dictionaryOf = (names: readonly string[]): ZoneDictionary => {
  const bytes = Buffer.from(names.join(''), 'latin1');
  const dictionary = new ZoneDictionary(bytes);
  let at = 0;
  for (const { length } of names) dictionary.add(at, (at += length));
  return dictionary;
};
/** Bytes at the borders of what a zone may hold, and any. */
const byte = fc.oneof(
  fc.constantFrom(0, 0x20, 0x21, 0x2e, 0x40, 0x41, 0x5a, 0x5b, 0x7b, 0x7c, 0x7d, 0x7e, 0x7f, 0x80, 0xff),
  fc.integer({ min: 0, max: 255 }),
);
const ZONE = /^(?!.+\.$)[!-@[-{}~]{1,255}$/;

describe('zones by words', () => {
  it('a word is of a zone when each of its bytes is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4, maxLength: 4 }), byte, fc.nat({ max: 3 }), (bytes, value, at) => {
        for (const index of bytes.keys()) bytes[index] = 0x21 + (bytes[index]! % 32);
        bytes[at] = value;
        const isPlain = [...bytes].every((code) => /[!-@[-{}~]/.test(String.fromCharCode(code)));
        expect(isZoneWord(Buffer.from(bytes).readInt32LE())).toBe(isPlain);
      }),
      { numRuns: 2_000 },
    );
  });

  it('a dictionary finds what is no zone, and hashes bytes as their names', () => {
    const name = fc.array(byte, { maxLength: 14 }).map((codes) => String.fromCharCode(...codes));
    const zone = fc.stringMatching(/^[a-z0-9-]{1,14}$/);
    fc.assert(
      fc.property(fc.array(fc.oneof(zone, zone, name), { maxLength: 6 }), (names) => {
        const dictionary = dictionaryOf(names);
        expect(dictionary.bad).toBe(names.findIndex((one) => !ZONE.test(one)));
        expect(dictionary.names()).toEqual(names);
        expect(names.map((_one, index) => dictionary.hashOf(index))).toEqual(names.map(zoneHash));
      }),
      { numRuns: 2_000 },
    );
  });

  it('holds more entries than a usual batch has, each the same as its own bytes alone', () => {
    const names = Array.from({ length: 3_000 }, (_unused, index) => `z${index}.example`);
    const dictionary = dictionaryOf(names);
    const isSame = (index: number, name: string): boolean =>
      dictionary.isSame(index, new DataView(new TextEncoder().encode(`..${name}.`).buffer), 2, name.length);
    expect(dictionary.names()).toEqual(names);
    expect(names.every((name, index) => isSame(index, name))).toBe(true);
    expect(names.some((name, index) => isSame((index + 1) % names.length, name))).toBe(false);
  });
});
