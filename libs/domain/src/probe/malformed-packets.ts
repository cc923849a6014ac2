import {
  ascii,
  encodeHeader,
  encodeLabels,
  encodeOpt,
  encodeQuestion,
  FLAG_RD,
  type Octets,
  QTYPE,
  u16,
} from './dns-query.js';

/** A packet that is wrong in one way, or only unusual. */
export interface MalformedCase {
  readonly name: string;
  /** Its bytes, about a name in a zone that the target serves. */
  readonly packet: (id: number, zone: string) => Octets;
}

const nameIn = (zone: string, ...labels: readonly string[]): Octets => encodeLabels([...labels, ...zone.split('.')]);
/** Five labels of 63 octets before the zone: 320 octets and more. */
const OVER_255 = Array.from({ length: 5 }, () => 'a'.repeat(63));
const head = (id: number, flags: number = FLAG_RD, questions = 1): Octets => encodeHeader({ id, flags, questions });
const ask = (zone: string, qtype: number = QTYPE.A, qclass?: number): Octets =>
  encodeQuestion(nameIn(zone, 'www'), qtype, qclass);
const sound = (id: number, zone: string): Octets => [...head(id), ...ask(zone)];
/** The fixed end of a question: type A, class IN. */
const A_IN: Octets = [...u16(QTYPE.A), ...u16(1)];
const CHAOS = 3;

/**
 * What four name servers were measured with, and answered or dropped in four different ways: each has to be survived, and none has
 * one right answer. The first is sound, so that a server which answers nothing at all is seen here too.
 */
export const MALFORMED_CASES: readonly MalformedCase[] = [
  { name: 'ok', packet: sound },
  { name: 'name_over_255', packet: (id, zone) => [...head(id), ...nameIn(zone, ...OVER_255), ...A_IN] },
  { name: 'label_64', packet: (id, zone) => [...head(id), ...nameIn(zone, 'a'.repeat(64)), ...A_IN] },
  { name: 'compression_loop', packet: (id) => [...head(id), 0xc0, 0x0c, ...A_IN] },
  { name: 'qdcount0', packet: (id) => head(id, FLAG_RD, 0) },
  { name: 'qdcount2', packet: (id, zone) => [...head(id, FLAG_RD, 2), ...ask(zone), ...ask(zone, QTYPE.AAAA)] },
  { name: 'truncated_question', packet: (id, zone) => sound(id, zone).slice(0, -3) },
  { name: 'header_only_11', packet: (id) => head(id).slice(0, 11) },
  { name: 'one_byte', packet: () => [0] },
  { name: 'empty', packet: () => [] },
  { name: 'garbage', packet: () => Array.from({ length: 64 }, (_unused, octet) => octet) },
  { name: 'qr_set', packet: (id, zone) => [...head(id, 0x8000 | FLAG_RD), ...ask(zone)] },
  { name: 'opcode_status', packet: (id, zone) => [...head(id, 0x1000), ...ask(zone)] },
  { name: 'opcode_notify', packet: (id, zone) => [...head(id, 0x2000), ...encodeQuestion(nameIn(zone), QTYPE.SOA)] },
  { name: 'opcode_update', packet: (id, zone) => [...head(id, 0x2800), ...encodeQuestion(nameIn(zone), QTYPE.SOA)] },
  {
    name: 'edns_v1',
    packet: (id, zone) => [...encodeHeader({ id, flags: FLAG_RD, additional: 1 }), ...ask(zone), ...encodeOpt(1)],
  },
  {
    name: 'class_chaos',
    packet: (id) => [...head(id), ...encodeQuestion(encodeLabels(['id', 'server']), QTYPE.TXT, CHAOS)],
  },
  { name: 'any', packet: (id, zone) => [...head(id), ...encodeQuestion(nameIn(zone), QTYPE.ANY)] },
  { name: 'axfr_udp', packet: (id, zone) => [...head(id), ...encodeQuestion(nameIn(zone), QTYPE.AXFR)] },
  {
    name: 'nonascii_label',
    packet: (id, zone) => [...head(id), 3, ...ascii('www'), 5, 0xff, 0, 0x0a, 0x22, 0x2e, ...nameIn(zone), ...A_IN],
  },
  { name: 'trailing_garbage', packet: (id, zone) => [...sound(id, zone), ...Array.from({ length: 40 }, () => 0xde)] },
  { name: 'type0', packet: (id, zone) => [...head(id), ...ask(zone, 0)] },
  { name: 'class0', packet: (id, zone) => [...head(id), ...ask(zone, QTYPE.A, 0)] },
];
