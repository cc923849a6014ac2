import { isIPv6 } from 'node:net';
import { decode, encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { canonicalValue, readAnswers } from './answer-data.js';
import { encodeLongName, encodeName, encodeQuery, FLAG_RD, QTYPE } from './dns-query.js';
import { MALFORMED_CASES } from './malformed-packets.js';
import { isProbeable, reverseName } from './reverse-name.js';

const label = fc.stringMatching(/^[a-z0-9_]([a-z0-9-]{0,20}[a-z0-9])?$/);
const name = fc.array(label, { minLength: 1, maxLength: 8 }).map((labels) => labels.join('.'));
const id = fc.integer({ min: 0, max: 65_535 });
const decoded = (bytes: Uint8Array): Packet => decode(Buffer.from(bytes));

describe('a query', () => {
  it('R59: is read by another implementation as what was asked', () => {
    const qtype = fc.constantFrom('A', 'AAAA', 'TXT', 'PTR', 'SOA', 'CNAME', 'NS');
    fc.assert(
      fc.property(id, name, qtype, fc.boolean(), (queryId, qname, type, isResolver) => {
        const packet = decoded(encodeQuery(queryId, qname, QTYPE[type], isResolver ? FLAG_RD : 0)!);
        expect(packet).toMatchObject({ id: queryId, type: 'query', flags: isResolver ? FLAG_RD : 0 });
        expect(packet.questions).toEqual([{ name: qname, type, class: 'IN' }]);
        expect(packet.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1_232 }]);
      }),
    );
  });

  it('R59: has names of 255 octets and labels of 63, and no longer ones', () => {
    const [l63, l61] = ['a'.repeat(63), 'a'.repeat(61)];
    expect(encodeName([l63, l63, l63, l61].join('.'))).toHaveLength(255);
    expect(encodeName([l63, l63, l63, `${l61}a`].join('.'))).toBeUndefined();
    expect(encodeName(`${l63}a.test`)).toBeUndefined();
    expect(encodeName('.')).toEqual([0]);
    expect(() => encodeName('ñ.test')).toThrow('A-labels');
    expect(encodeLongName(`${'a'.repeat(300)}.example.com`).length).toBe(300 + 5 + 13);
  });
});

describe('answers', () => {
  const records = fc.array(
    fc.oneof(
      fc.ipV4().map((data) => ({ type: 'A' as const, data })),
      // All eight groups: the other implementation misreads `::` in the place of one.
      fc
        .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 })
        .map((groups) => ({ type: 'AAAA' as const, data: groups.map((group) => group.toString(16)).join(':') })),
      name.map((data) => ({ type: 'CNAME' as const, data })),
      name.map((data) => ({ type: 'PTR' as const, data })),
      fc.stringMatching(/^[ -~]{1,200}$/).map((data) => ({ type: 'TXT' as const, data })),
      fc.integer({ min: 0, max: 0xffff_ffff }).map((serial) => ({
        type: 'SOA' as const,
        data: { mname: 'ns.test', rname: 'root.test', serial, refresh: 1, retry: 1, expire: 1, minimum: 1 },
      })),
    ),
    { maxLength: 6 },
  );

  it('R59: of another implementation are read as it wrote them', () => {
    fc.assert(
      fc.property(name, records, (qname, answers) => {
        const questions = [{ name: qname, type: 'A' as const }];
        const all = answers.map((answer) => ({ ...answer, name: qname, ttl: 60 }));
        const bytes = encode({ type: 'response', id: 7, questions, answers: all as Packet['answers'] });
        const read = readAnswers(bytes);
        expect(read.map(({ type }) => type)).toEqual(answers.map(({ type }) => QTYPE[type]));
        const written = answers.map(({ type, data }) =>
          canonicalValue(QTYPE[type], typeof data === 'string' ? data : String(data.serial)),
        );
        expect(read.map(({ value }) => value)).toEqual(written);
      }),
    );
  });

  it('follow pointers, and stop at a loop', () => {
    const query = [...encodeQuery(1, 'www.delta.test', QTYPE.CNAME, 0)!.subarray(0, 32)];
    query[7] = 1;
    const record = (data: readonly number[]): Uint8Array =>
      Uint8Array.from([...query, 0xc0, 12, 0, QTYPE.CNAME, 0, 1, 0, 0, 0, 60, 0, data.length, ...data]);
    expect(readAnswers(record([1, 0x58, 0xc0, 16]))).toEqual([{ type: QTYPE.CNAME, value: 'x.delta.test' }]);
    const at = 32 + 12;
    expect(readAnswers(record([0xc0, at]))).toEqual([{ type: QTYPE.CNAME, value: undefined }]);
  });

  it('are read from any bytes without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(readAnswers(bytes).length).toBeLessThanOrEqual(bytes.length / 11);
      }),
    );
  });
});

describe('the name of an address', () => {
  it('R59: is that of its PTR record', () => {
    expect(reverseName('192.168.1.1')).toBe('1.1.168.192.in-addr.arpa');
    expect(reverseName('2001:db8::1')).toBe(`1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`);
    expect(reverseName('::')).toBe(`${'0.'.repeat(32)}ip6.arpa`);
    for (const wrong of ['1.2.3', '1.2.3.256', '01.2.3.4', '1::2::3', '1:2:3:4:5:6:7:8:9', 'localhost', ''])
      expect(reverseName(wrong)).toBeUndefined();
  });

  it('R59: takes every spelling of IPv6', () => {
    expect(canonicalValue(QTYPE.AAAA, '::FFFF:192.0.2.1')).toBe('0:0:0:0:0:ffff:c000:201');
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(isIPv6(address)).toBe(true);
        const { hostname } = new URL(`http://[${address}]/`);
        expect(canonicalValue(QTYPE.AAAA, address)).toBe(canonicalValue(QTYPE.AAAA, hostname.slice(1, -1)));
        expect(reverseName(address)).toMatch(/^([0-9a-f]\.){32}ip6\.arpa$/);
      }),
    );
  });

  it('R59: addresses of many hosts, or of none, may not be probed', () => {
    for (const address of ['224.0.0.1', '239.1.2.3', '255.255.255.255', '0.0.0.0', 'ff05::2', '::', '::ffff:e000:1'])
      expect([address, isProbeable(address)]).toEqual([address, false]);
    for (const address of ['127.0.0.1', '192.0.2.1', '223.255.255.255', '::1', '2001:db8::1'])
      expect([address, isProbeable(address)]).toEqual([address, true]);
  });
});

describe('the malformed packets', () => {
  it('R63: are 23 cases with names of their own, each as it is called', () => {
    expect(new Set(MALFORMED_CASES.map(({ name: of }) => of)).size).toBe(23);
    const of = (which: string): Uint8Array =>
      Uint8Array.from(MALFORMED_CASES.find((each) => each.name === which)!.packet(0x0102, 'delta.test'));
    expect(decoded(of('ok')).questions).toMatchObject([{ name: 'www.delta.test', type: 'A' }]);
    expect([of('empty').length, of('one_byte').length, of('header_only_11').length]).toEqual([0, 1, 11]);
    expect(of('name_over_255').length).toBeGreaterThan(12 + 255 + 4);
    expect(of('compression_loop').subarray(12, 14)).toEqual(Uint8Array.of(0xc0, 12));
    expect(decoded(of('qdcount2')).questions).toHaveLength(2);
    expect(decoded(of('qr_set')).type).toBe('response');
    expect(decoded(of('edns_v1')).additionals).toMatchObject([{ type: 'OPT', ednsVersion: 1 }]);
    for (const { name: each, packet } of MALFORMED_CASES)
      expect([each, packet(1, 'delta.test').every((octet) => octet >= 0 && octet <= 255)]).toEqual([each, true]);
  });
});
