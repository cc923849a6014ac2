import fc from 'fast-check';
import { readDnsMessage } from './dns-message.js';
import { findName, labelsOf } from './dns-name.js';
import { createLatencyMeter } from './tap-latency.js';
import { createZoneFinder } from './zone-finder.js';

const name = (text: string): number[] => [
  ...text.split('.').flatMap((label) => [label.length, ...new TextEncoder().encode(label)]),
  0,
];
const message = (flags: number, counts: readonly number[], ...rest: number[]): Uint8Array =>
  Uint8Array.of(0, 7, flags >> 8, flags & 0xff, ...counts.flatMap((count) => [count >> 8, count & 0xff]), ...rest);
const question = [...name('www.shop.example'), 0, 1, 0, 1];

describe('readDnsMessage', () => {
  it('reads twelve bits of rcode, DO and client subnet from EDNS', () => {
    const opt = [0, 0, 41, 4, 208, 1, 0, 0x80, 0, 0, 4, 0, 8, 0, 0];
    const read = readDnsMessage(message(0x8400, [1, 0, 0, 1], ...question, ...opt));
    expect(read).toMatchObject({
      id: 7,
      rcode: 16,
      aa: true,
      tc: false,
      dnssecOk: true,
      clientSubnet: true,
      isWhole: true,
    });
  });

  it('finds SOA and NS in the authority section only', () => {
    const soa = [0xc0, 12, 0, 6, 0, 1, 0, 0, 0, 60, 0, 0];
    expect(readDnsMessage(message(0x8000, [1, 0, 1, 0], ...question, ...soa))).toMatchObject({ soaInAuthority: true });
    expect(readDnsMessage(message(0x8000, [1, 1, 0, 0], ...question, ...soa))).toMatchObject({ soaInAuthority: false });
  });

  it('is not whole when counts promise more than there is', () => {
    expect(readDnsMessage(message(0, [1, 65_535, 0, 0], ...question))).toMatchObject({
      isWhole: false,
      answers: 65_535,
    });
    expect(readDnsMessage(new Uint8Array(11))).toBeUndefined();
  });
});

describe('names', () => {
  const found = (bytes: number[]) => findName(Uint8Array.from(bytes), 0);
  const labels = (count: number): number[] =>
    Array.from({ length: count }, () => name('a'.repeat(63)).slice(0, -1)).flat();

  it('are read with case folded, and odd octets escaped', () => {
    const bytes = Uint8Array.from([...name('WwW.Shop').slice(0, -1), 2, 0x2e, 0xff, 0]);
    const place = findName(bytes, 0);
    expect('fault' in place ? place : labelsOf(bytes, place)).toEqual(['www', 'shop', '\\046\\255']);
  });

  it('hash alike in any case', () => {
    expect(found(name('www.shop'))).toEqual(found(name('WWW.sHOP')));
    expect(found(name('www.shop'))).not.toEqual(found(name('www.shoq')));
  });

  it('R61: 255 octets are a name, 256 are none; nor are labels of 64, pointers, and ends within', () => {
    expect(found([...labels(3), ...name('a'.repeat(61))])).toMatchObject({ octets: 255 });
    expect(found([...labels(3), ...name('a'.repeat(62))])).toEqual({ fault: 'name_too_long', octets: 256 });
    expect(found([64, ...labels(1)])).toMatchObject({ fault: 'label_too_long' });
    expect(found([0xc0, 0])).toMatchObject({ fault: 'label_too_long' });
    expect(found([3, 1])).toEqual({ fault: 'cut_off', octets: 2 });
  });
});

describe('zones', () => {
  const find = createZoneFinder(['Example.', 'eu.shop.example', 'shop.example']);
  const zoneOf = (wire: number[]) => find(Uint8Array.of(7, ...wire, 9), 1, wire.length);

  it.each([
    ['a.eu.shop.example', 'eu.shop.example', true],
    ['shop.example', 'shop.example', true],
    ['xshop.example', 'example', true],
    ['a.b.foreign.test', 'foreign.test', false],
    ['test', 'test', false],
  ])('%s lies in %s', (text, zone, isAssigned) => {
    expect(zoneOf(name(text))).toMatchObject({ zone, isAssigned });
  });

  it('what cannot be a zone of a batch is put under the root', () => {
    const zeros = [63, ...Array.from({ length: 63 }, () => 0)];
    expect(zoneOf([...zeros, ...zeros, 0])).toMatchObject({ zone: '.', isAssigned: false });
    expect(zoneOf([0])).toMatchObject({ zone: '.', isAssigned: false });
  });
});

describe('zones, by their names on the wire', () => {
  const label = fc.array(fc.constantFrom(0x61, 0x41, 0x62, 0x2e, 0x2d, 0xff), { minLength: 1, maxLength: 2 });
  const wireName = fc
    .array(label, { maxLength: 4 })
    .map((labels) => Uint8Array.from([...labels.flatMap((octets) => [octets.length, ...octets]), 0]));
  const labelsIn = (wire: Uint8Array): string[] => labelsOf(wire, { offset: 0, octets: wire.length });
  /** The longest suffix among the zones, looked for as text. */
  const searched = (zones: readonly string[], labels: readonly string[]) => {
    const suffixes = labels.map((_, i) => labels.slice(i).join('.'));
    const zone = [...suffixes, '.'].find((suffix) => zones.includes(suffix));
    return { zone: zone ?? (labels.slice(-2).join('.') || '.'), isAssigned: zone !== undefined };
  };

  it('are those that a search of the text finds, at the first look and at the next', () => {
    fc.assert(
      fc.property(fc.array(wireName, { maxLength: 5 }), fc.array(wireName, { maxLength: 8 }), (assigned, names) => {
        const zones = assigned.map((wire) => labelsIn(wire).join('.') || '.');
        const findZone = createZoneFinder(zones);
        for (const wire of [...names, ...names])
          expect(findZone(wire, 0, wire.length)).toMatchObject(searched(zones, labelsIn(wire)));
      }),
      { numRuns: 500 },
    );
  });

  it('no name lies in what is not written as names are', () => {
    const findZone = createZoneFinder(['a*b.test', '\\097.test', 'x..test', `${'a'.repeat(64)}.test`, '']);
    for (const wire of [name('a*b.test'), name('a.test'), name('x.test'), [0]])
      expect(findZone(Uint8Array.from(wire), 0, wire.length).isAssigned).toBe(false);
  });
});

describe('latency', () => {
  const at = (seconds: number, nanoseconds: number) => ({ seconds, nanoseconds });

  it('0 is unknown until the clock has shown to be finer than a tick', () => {
    const latency = createLatencyMeter();
    expect(latency(1, at(1, 5), at(1, 5))).toEqual({ kind: 'unknown' });
    expect(latency(1, at(1, 0), at(1, 4_000_000))).toEqual({ kind: 'known', ns: 4_000_000 });
    expect(latency(1, at(1, 5), at(1, 5))).toEqual({ kind: 'unknown' });
    expect(latency(1, at(1, 999_999_000), at(2, 1_000))).toEqual({ kind: 'known', ns: 2_000 });
    expect(latency(1, at(1, 5), at(1, 5))).toEqual({ kind: 'known', ns: 0 });
  });

  it('a fine clock of one server says nothing of another', () => {
    const latency = createLatencyMeter();
    expect(latency(1, at(1, 5), at(1, 6))).toEqual({ kind: 'known', ns: 1 });
    expect(latency(2, at(1, 5), at(1, 5))).toEqual({ kind: 'unknown' });
    expect(latency(1, at(1, 5), at(1, 5))).toEqual({ kind: 'known', ns: 0 });
  });

  it('times that contradict each other are no latency', () => {
    const latency = createLatencyMeter();
    expect(latency(1, at(2, 0), at(1, 999_999_999))).toEqual({ kind: 'clock_fault' });
    expect(latency(1, at(1, 0), at(7_201, 0))).toEqual({ kind: 'clock_fault' });
    expect(latency(1, undefined, at(1, 0))).toEqual({ kind: 'unknown' });
  });
});
