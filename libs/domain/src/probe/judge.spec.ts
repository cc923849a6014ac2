import { LATENCY_NONE, OUTCOME, type OutcomeName, RCODE_NONE } from '#contracts';
import { encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { encodeQuery, QTYPE } from './dns-query.js';
import { EXPECT_ANY, type Expectation, isReplyTo, judge, type Reply } from './judge.js';

const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, NOTIMP: 4, REFUSED: 5, NOTAUTH: 9 };
const question = { name: 'www.delta.test', type: 'A' as const };
const query = encodeQuery(7, question.name, QTYPE.A, 0)!;
const soa = { mname: 'ns.test', rname: 'root.test', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 1 };

const packetOf = (rcode: keyof typeof RCODE, addresses: readonly string[] = [], more: Partial<Packet> = {}) => {
  const answers = addresses.map((data) => ({ name: question.name, type: 'A' as const, ttl: 60, data }));
  const flags = (more.flags ?? 0x0400) | RCODE[rcode];
  return encode({ type: 'response', id: 7, questions: [question], answers, ...more, flags });
};
const withSoa: Partial<Packet> = { authorities: [{ name: 'delta.test', type: 'SOA', data: soa }] };
const reply = (packet: Uint8Array, latencyUs = 800): Reply => ({ kind: 'answered', packet, latencyUs });

const exactly: Expectation = { rcodes: [0], minAnswers: 1, data: ['192.0.2.1', '192.0.2.2'] };
const missing: Expectation = { rcodes: [3], minAnswers: 0 };
const either: Expectation = { rcodes: [0, 3, 5], minAnswers: 0 };
const TC = 0x0200;

const TABLE: readonly [OutcomeName, string, Expectation | undefined, Reply][] = [
  ['answer', 'data, any', EXPECT_ANY, reply(packetOf('NOERROR', ['192.0.2.9']))],
  ['wrong_answer', 'no data, any', EXPECT_ANY, reply(packetOf('NOERROR', [], withSoa))],
  ['wrong_answer', 'NXDOMAIN, any', EXPECT_ANY, reply(packetOf('NXDOMAIN', [], withSoa))],
  ['servfail', 'SERVFAIL, any', EXPECT_ANY, reply(packetOf('SERVFAIL'))],
  ['lame', 'REFUSED for a zone that it serves', EXPECT_ANY, reply(packetOf('REFUSED'))],
  ['formerr', 'FORMERR', EXPECT_ANY, reply(packetOf('FORMERR'))],
  ['truncated', 'TC', EXPECT_ANY, reply(packetOf('NOERROR', [], { flags: TC }))],
  ['answer', 'the data, in another order', exactly, reply(packetOf('NOERROR', ['192.0.2.2', '192.0.2.1']))],
  ['wrong_answer', 'half of the data', exactly, reply(packetOf('NOERROR', ['192.0.2.1']))],
  ['wrong_answer', 'other data', exactly, reply(packetOf('NOERROR', ['192.0.2.1', '192.0.2.3']))],
  ['wrong_answer', 'more data', exactly, reply(packetOf('NOERROR', ['192.0.2.1', '192.0.2.2', '192.0.2.3']))],
  ['nxdomain', 'an expected NXDOMAIN', missing, reply(packetOf('NXDOMAIN', [], withSoa))],
  ['wrong_answer', 'data where there is none', missing, reply(packetOf('NOERROR', ['192.0.2.1']))],
  ['refused_foreign', 'an allowed refusal', either, reply(packetOf('REFUSED'))],
  ['nodata', 'no data where that is allowed', either, reply(packetOf('NOERROR', [], withSoa))],
  ['timeout', 'silence', EXPECT_ANY, { kind: 'silent' }],
  ['answer', 'an answer after a second', EXPECT_ANY, reply(packetOf('NOERROR', ['192.0.2.1']), 1_000_000)],
  ['timeout', 'an answer after a second and more', EXPECT_ANY, reply(packetOf('NOERROR', ['192.0.2.1']), 1_000_001)],
  ['unreachable', 'a closed port', EXPECT_ANY, { kind: 'unreachable' }],
  ['unknown', 'silence, hostile', undefined, { kind: 'silent' }],
  ['formerr', 'FORMERR, hostile', undefined, reply(packetOf('FORMERR'))],
  ['unknown', 'SERVFAIL, hostile', undefined, reply(packetOf('SERVFAIL'))],
  ['refused_foreign', 'REFUSED, hostile', undefined, reply(packetOf('REFUSED'))],
  ['nxdomain', 'NXDOMAIN, hostile', undefined, reply(packetOf('NXDOMAIN', [], withSoa))],
  ['unreachable', 'a closed port, hostile', undefined, { kind: 'unreachable' }],
];

describe('what a reply says', () => {
  it.each(TABLE)('R59: %s: %s', (name, _what, expect_, seen) => {
    expect(judge({ qtype: QTYPE.A, expect: expect_ }, seen).outcome).toBe(OUTCOME[name]);
  });

  it('R59: is told with rcode, latency and flags, as far as there is an answer', () => {
    const asked = { qtype: QTYPE.A, expect: EXPECT_ANY };
    expect(judge(asked, reply(packetOf('NOERROR', ['192.0.2.1'])))).toMatchObject({
      rcode: 0,
      latencyUs: 800,
      flags: 4,
    });
    expect(judge(asked, reply(packetOf('NOERROR', [], { flags: TC })))).toMatchObject({ flags: 2 });
    expect(judge(asked, { kind: 'silent' })).toMatchObject({ rcode: RCODE_NONE, latencyUs: LATENCY_NONE, flags: 0 });
  });

  it('R59: is said of any bytes without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.boolean(), (bytes, isHostile) => {
        const asked = { qtype: QTYPE.A, expect: isHostile ? undefined : exactly };
        expect(Object.values(OUTCOME)).toContain(judge(asked, reply(bytes)).outcome);
      }),
    );
  });
});

describe('a reply', () => {
  const good = packetOf('NOERROR', ['192.0.2.1']);
  const changed = (at: number, octet: number): Uint8Array => good.map((old, i) => (i === at ? octet : old));

  it('R59: has the id and the question of its query, whatever the case', () => {
    expect(isReplyTo(query, good)).toBe(true);
    expect(isReplyTo(query, changed(13, 'W'.charCodeAt(0)))).toBe(true);
    for (const [at, octet] of [
      [1, 8],
      [2, 0],
      [13, 'x'.charCodeAt(0)],
      [29, QTYPE.TXT],
    ] as const)
      expect([at, isReplyTo(query, changed(at, octet))]).toEqual([at, false]);
    expect(isReplyTo(query, good.subarray(0, 11))).toBe(false);
  });

  it('R59: may leave out the question when it is an error, and only then', () => {
    const bare = (rcode: keyof typeof RCODE) => packetOf(rcode, [], { questions: [] });
    expect(isReplyTo(query, bare('FORMERR'))).toBe(true);
    expect(isReplyTo(query, bare('NOERROR'))).toBe(false);
  });

  it('R63: to a packet whose question cannot be read has its id; to one without an id there is none', () => {
    const cut = query.subarray(0, 20);
    expect(isReplyTo(cut, packetOf('FORMERR', [], { questions: [] }))).toBe(true);
    expect(isReplyTo(cut, packetOf('FORMERR', [], { id: 8, questions: [] }))).toBe(false);
    expect(isReplyTo(Uint8Array.of(0), packetOf('FORMERR', [], { id: 0, questions: [] }))).toBe(false);
  });
});
