import fc from 'fast-check';
import { FUTURE_US_MAX, isRefusal, type Mapping, OUTCOMES } from '#contracts';
import { createZoneFinder } from '../dnstap/zone-finder.js';
import { createRecordMapper, type MappedRecord } from './map-record.js';
import { wireNameOf } from './wire-name.js';

const NOW_US = Date.UTC(2026, 0, 5, 10) * 1_000;
const DAY_US = 86_400_000_000;
const MAPPING: Mapping = {
  about: 'a test',
  node: 'node',
  time: { path: 'at', unit: 'us' },
  latency: { path: 'latency', unit: 'ms', none: 0 },
  name: ['name', 'question.0.name'],
  qtype: 'type',
  rcode: 'rcode',
  aa: 'aa',
  tc: 'tc',
  answers: 'answers',
  authority: { path: 'authority', type: 'type' },
};
const map = createRecordMapper(MAPPING, createZoneFinder(['delta.example']));
const record = (changes: Record<string, unknown> = {}): MappedRecord =>
  map({ at: NOW_US, name: 'www.delta.example', type: 'A', rcode: 'NOERROR', answers: 1, ...changes }, NOW_US);
const KNOWN = new Set<number>(OUTCOMES.map(({ code }) => code));

describe('a record and its mapping', () => {
  it.each([
    ['name', { name: undefined }, 'name (name or question.0.name): nothing there: expected a name'],
    ['rcode', { rcode: 'WAT' }, 'rcode (rcode): "WAT": expected an rcode'],
    ['rcode', { rcode: -1 }, 'rcode (rcode): -1: expected an rcode'],
    ['qtype', { type: undefined }, 'qtype (type): nothing there: expected a type'],
    ['time', { at: 'noon' }, 'time (at): "noon": expected a time in the unit of the mapping'],
    ['time', { at: NOW_US / 1e6 }, 'is the unit right?'],
    ['time', { at: NOW_US - 8 * DAY_US }, 'a time of the last 7 days'],
    ['time', { at: NOW_US + FUTURE_US_MAX + 1 }, `us ahead: at most ${FUTURE_US_MAX}`],
  ])('names the field %s and its place: %j', (_field, changes, detail) => {
    expect(record(changes)).toMatchObject({ detail: expect.stringContaining(detail) });
  });

  it('R63: names of load testers over HTTP are read, or refused with a named reason', () => {
    const zoneOf = (name: unknown): string => {
      const each = record({ name });
      if (each === 'skipped') throw new Error('skipped');
      return isRefusal(each) ? each.detail.replace(/^.*expected a name, and this has or is /, '') : each.zone;
    };
    const octet256 = `${'a'.repeat(59)}.${'b'.repeat(59)}.${'c'.repeat(59)}.${'d'.repeat(60)}.delta.example`;
    expect(wireNameOf(octet256)).toHaveLength(256);
    const long = `${'a'.repeat(63)}.${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(63)}.delta.example`;
    expect(
      [
        'delta.example',
        'DELTA.Example.',
        'xn--bcher-kva.delta.example',
        'bücher.delta.example',
        'b\\195\\188cher.delta.example',
        'bücher.example',
        '4.3.2.1.in-addr.arpa',
        '\\000\\255\\..delta.example',
        '*.delta.example',
        '.',
        octet256,
        long,
        `${'a'.repeat(64)}.delta.example`,
        'a..delta.example',
        '.delta.example',
        'a\\999.delta.example',
        'a\\',
        'x'.repeat(2_000),
      ].map(zoneOf),
    ).toEqual([
      'delta.example',
      'delta.example',
      'delta.example',
      'delta.example',
      'delta.example',
      'b\\195\\188cher.example',
      'in-addr.arpa',
      'delta.example',
      'delta.example',
      '.',
      'delta.example',
      'delta.example',
      'a label over 63 octets',
      'an empty label',
      'an empty label',
      'a broken escape',
      'a broken escape',
      'too long',
    ]);
  });

  it('a value of the prototype is no value of the record', () => {
    const strange = createRecordMapper({ ...MAPPING, name: 'constructor.name' }, createZoneFinder([]));
    expect(strange({ at: NOW_US, type: 1, rcode: 0 }, NOW_US)).toMatchObject({
      detail: expect.stringContaining('nothing there'),
    });
  });

  it('arbitrary JSON never throws, and what is accepted fits the columns', () => {
    const likely = fc.record(
      {
        at: fc.oneof(fc.integer({ min: NOW_US - DAY_US, max: NOW_US }), fc.jsonValue()),
        name: fc.oneof(fc.domain(), fc.string(), fc.jsonValue()),
        type: fc.oneof(fc.integer(), fc.constantFrom('A', 'TYPE65535', 'TYPE99999'), fc.jsonValue()),
        rcode: fc.oneof(
          fc.nat({ max: 70_000 }),
          fc.constantFrom('NOERROR', 'servfail', '-', 'RCODE4095'),
          fc.jsonValue(),
        ),
        latency: fc.oneof(fc.double(), fc.jsonValue()),
        answers: fc.jsonValue(),
        authority: fc.oneof(fc.array(fc.record({ type: fc.constantFrom('SOA', 'NS', 6) })), fc.jsonValue()),
        aa: fc.jsonValue(),
      },
      { requiredKeys: ['at', 'name', 'type', 'rcode'] },
    );
    let [outcomes, longest] = [0, 0];
    fc.assert(
      fc.property(fc.oneof(likely, fc.jsonValue()), (value) => {
        const each = map(value, NOW_US);
        if (each === 'skipped') return;
        longest = Math.max(longest, isRefusal(each) ? each.detail.length : 0);
        if (isRefusal(each)) return;
        outcomes += 1;
        expect(KNOWN.has(each.outcome)).toBe(true);
        expect(each.zone.length).toBeGreaterThan(0);
        expect(each.zone.length).toBeLessThanOrEqual(255);
        const { latencyUs, qtype, rcode, transport, flags, qnameLen } = each;
        for (const [column, bits] of [
          [latencyUs, 32],
          [qtype, 16],
          [rcode, 16],
          [transport, 8],
          [flags, 8],
          [qnameLen, 8],
        ] as const)
          expect(Number.isInteger(column) && column >= 0 && column < 2 ** bits).toBe(true);
      }),
      { numRuns: 3_000 },
    );
    expect(outcomes).toBeGreaterThan(50);
    expect(longest).toBeLessThan(500);
  });
});
