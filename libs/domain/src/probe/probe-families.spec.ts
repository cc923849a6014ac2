import { decode } from 'dns-packet';
import { OUTCOME, OUTCOMES } from '#contracts';
import { Tap, type TapOutcome, createZoneFinder } from '../dnstap/index.js';
import { QTYPE } from './dns-query.js';
import { EXPECT_ANY } from './judge.js';
import { MALFORMED_CASES } from './malformed-packets.js';
import { DEFAULT_RHYTHMS, type Probe, PROBE_FAMILIES, type ProbedTarget, probeOf } from './probe-families.js';
import { isRhythm } from './schedule.js';

const named = (zone: string) => ({ name: `www.${zone}`, zone, qtype: QTYPE.A, expect: EXPECT_ANY });
const target: ProbedTarget = {
  names: [named('delta.test'), named('ups.test')],
  unicodeLabel: 'xn--unicode-domain--crb',
  isResolver: false,
};
const first = (family: (typeof PROBE_FAMILIES)[number], count: number): readonly Probe[] =>
  Array.from({ length: count }, (_unused, n) => probeOf(family, n, target));

describe('the families of the load tester', () => {
  it('R59: normal probes ask for each name in turn; resolvers are to ask on', () => {
    expect(first('normal', 3).map(({ label }) => label)).toEqual(['www.delta.test', 'www.ups.test', 'www.delta.test']);
    expect(decode(Buffer.from(probeOf('normal', 0, target).packet(3)))).toMatchObject({ id: 3, flags: 0 });
    const resolver = probeOf('normal', 0, { ...target, isResolver: true });
    expect(decode(Buffer.from(resolver.packet(3))).flags).toBe(0x0100);
  });

  it('R63: every malformed case comes round, for every zone', () => {
    const probes = first('malformed', 2 * MALFORMED_CASES.length);
    expect(new Set(probes.map(({ label, zone }) => `${label} ${zone}`)).size).toBe(2 * MALFORMED_CASES.length);
    expect(probes.every(({ expect: expected }) => expected === undefined)).toBe(true);
  });

  it('R63: an oversized name has more than 255 octets, in labels that are sound', () => {
    const packet = probeOf('oversized', 0, target).packet(1);
    const labels: number[] = [];
    for (let at = 12; packet[at] !== 0; at += 1 + packet[at]!) labels.push(packet[at]!);
    expect(labels.slice(0, 5)).toEqual([63, 63, 63, 63, 48]);
    expect(Math.max(...labels)).toBeLessThanOrEqual(63);
    expect(labels.reduce((sum, length) => sum + 1 + length, 1)).toBeGreaterThan(255);
  });

  it('R63: edge cases are the long name, the Unicode name and names of addresses', () => {
    const asked = first('edge_case', 5).map(({ label, qtype, expect: expected }) => [label, qtype, expected?.rcodes]);
    expect(asked).toEqual([
      ['very-long-subdomainv…', QTYPE.A, undefined],
      ['xn--unicode-domain--crb.delta.test', QTYPE.A, [0, 3]],
      ['192.168.1.1.in-addr.arpa', QTYPE.PTR, [0, 3, 5, 9]],
      ['1.1.168.192.in-addr.arpa', QTYPE.PTR, [0, 3, 5, 9]],
      [`1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`, QTYPE.PTR, [0, 3, 5, 9]],
    ]);
  });

  it('R63: high frequency is a burst of what is asked for anyway', () => {
    expect(first('high_frequency', 2).map(({ label }) => label)).toEqual(['www.delta.test', 'www.ups.test']);
    expect(DEFAULT_RHYTHMS.high_frequency.burst).toBe(50);
    expect(Object.values(DEFAULT_RHYTHMS).every(isRhythm)).toBe(true);
  });
});

const field = (number: number, wire: number, ...octets: readonly number[]): number[] => {
  const tag = number * 8 + wire;
  return tag < 128 ? [tag, ...octets] : [(tag & 0x7f) | 0x80, tag >> 7, ...octets];
};
const bytesField = (number: number, octets: readonly number[]): number[] =>
  field(number, 2, (octets.length & 0x7f) | 0x80, octets.length >> 7, ...octets);
const SECOND = [0x80, 0x94, 0xeb, 0xdc, 0x06];
/** A dnstap frame of one message: type 1 is a query, 2 a response. */
const frameOf = (type: 1 | 2, port: number, packet: Uint8Array): Uint8Array => {
  const isQuery = type === 1;
  const message = [
    ...field(1, 0, type),
    ...field(2, 0, 1),
    ...field(3, 0, 1),
    ...bytesField(4, [192, 0, 2, 1]),
    ...field(6, 0, (port & 0x7f) | 0x80, port >> 7),
    ...field(isQuery ? 8 : 12, 0, ...SECOND),
    ...field(isQuery ? 9 : 13, 5, isQuery ? 0 : 100, 0, 0, 0),
    ...bytesField(isQuery ? 10 : 14, [...packet]),
  ];
  return Uint8Array.from([...bytesField(14, message), ...field(15, 0, 1)]);
};

describe('the dnstap decoder under the five loads', () => {
  it.each(PROBE_FAMILIES)('R63: %s: each query is an outcome of a named kind, or counted as what it is', (family) => {
    const outcomes: TapOutcome[] = [];
    const tap = new Tap(createZoneFinder(['delta.test', 'ups.test']), (outcome) => outcomes.push(outcome));
    const probes = first(family, 60);
    probes.forEach(({ packet }, n) => {
      const query = packet(n + 1);
      tap.take(frameOf(1, 1_000 + n, query));
      // As most servers do: an error with as much of the question as there is.
      const response = query.length < 12 ? query : query.map((octet, at) => (at === 2 ? octet | 0x80 : octet));
      if (response.length >= 12) response[3] = 1;
      tap.take(frameOf(2, 1_000 + n, response));
    });
    tap.end();
    const { frames, undecodable, queries, responses, malformed } = tap.counts;
    expect([frames, undecodable]).toEqual([2 * probes.length, 0]);
    const names = outcomes.map(({ outcome }) => OUTCOMES.find(({ code }) => code === outcome)?.name);
    expect(names).not.toContain(undefined);
    // Nothing disappears: what is no question is malformed, what is one has a response.
    expect(queries + responses + malformed).toBeGreaterThanOrEqual(2 * probes.length);
    const isSound = family === 'normal' || family === 'high_frequency';
    expect(malformed > 0).toBe(!isSound);
    // Of the malformed cases some are no question, and one says that it is a response.
    const answered = outcomes.filter(({ outcome }) => outcome === OUTCOME.formerr).length;
    expect(answered === probes.length).toBe(family !== 'malformed');
  });
});
