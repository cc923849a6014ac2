import { LABEL_OCTETS_MAX, NAME_OCTETS_MAX } from '../dnstap/dns-name.js';

/** The types that are asked for, by name. */
export const QTYPE = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, TXT: 16, AAAA: 28, AXFR: 252, ANY: 255 } as const;
/** The name of such a type. */
export type QtypeName = keyof typeof QTYPE;

/** Bytes of a packet under construction. */
export type Octets = readonly number[];

/** Sixteen bits, high octet first. */
export const u16 = (value: number): Octets => [(value >> 8) & 0xff, value & 0xff];

/** ASCII text as octets; a character beyond is a wrong program, since names come here as A-labels. */
export const ascii = (text: string): Octets =>
  Array.from({ length: text.length }, (_unused, at) => {
    const code = text.charCodeAt(at);
    if (code > 0x7f) throw new Error(`${text}: not ASCII; convert it to A-labels first`);
    return code;
  });

const labelsOf = (name: string): readonly string[] => name.split('.').filter((label) => label !== '');

/** A name on the wire, without any check: labels of 64 octets and names of 400 are what some probes are about. */
export const encodeLabels = (labels: readonly string[]): Octets => [
  ...labels.flatMap((label) => [label.length & 0xff, ...ascii(label)]),
  0,
];

/** A name on the wire; undefined when a label has more than 63 octets, or all of it more than 255. */
export const encodeName = (name: string): Octets | undefined => {
  const labels = labelsOf(name);
  if (labels.some(({ length }) => length > LABEL_OCTETS_MAX)) return undefined;
  const octets = encodeLabels(labels);
  return octets.length > NAME_OCTETS_MAX ? undefined : octets;
};

/** A name whatever its length: labels that are too long are cut into ones of 63 octets, so that the name alone is what is wrong. */
export const encodeLongName = (name: string): Octets =>
  encodeLabels(
    labelsOf(name).flatMap((label) => {
      const pieces = Math.ceil(label.length / LABEL_OCTETS_MAX);
      return Array.from({ length: pieces }, (_unused, i) =>
        label.slice(i * LABEL_OCTETS_MAX, (i + 1) * LABEL_OCTETS_MAX),
      );
    }),
  );

/** What a header says, as far as probes vary it. */
export interface QueryHeader {
  readonly id: number;
  readonly flags: number;
  readonly questions?: number;
  readonly additional?: number;
}

/** RD: the resolver is to ask on; a node is asked without it. */
export const FLAG_RD = 0x0100;

/** The twelve octets of a header. */
export const encodeHeader = ({ id, flags, questions = 1, additional = 0 }: QueryHeader): Octets => [
  ...u16(id),
  ...u16(flags),
  ...u16(questions),
  ...u16(0),
  ...u16(0),
  ...u16(additional),
];

const CLASS_IN = 1;

/** A question about a name that is on the wire already. */
export const encodeQuestion = (name: Octets, qtype: number, qclass = CLASS_IN): Octets => [
  ...name,
  ...u16(qtype),
  ...u16(qclass),
];

const OPT = 41;
/** The size of answers that arrive in one piece everywhere (DNS flag day 2020). */
const UDP_OCTETS = 1_232;

/** An OPT record of a version: EDNS is 0, anything else is refused with BADVERS. */
export const encodeOpt = (version = 0): Octets => [0, ...u16(OPT), ...u16(UDP_OCTETS), 0, version, 0, 0, 0, 0];

/** A sound query with EDNS; undefined when the name cannot be asked for. */
export const encodeQuery = (id: number, name: string, qtype: number, flags: number): Uint8Array | undefined => {
  const wire = encodeName(name);
  if (wire === undefined) return undefined;
  return Uint8Array.from([
    ...encodeHeader({ id, flags, additional: 1 }),
    ...encodeQuestion(wire, qtype),
    ...encodeOpt(),
  ]);
};
