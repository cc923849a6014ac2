/** An instant, in µs since the epoch. */
type AtUs = number;

/** What a frame is built of: fields that are absent are not written. */
export interface FrameParts {
  /** As dnstap numbers them: AUTH_QUERY 1, AUTH_RESPONSE 2, CLIENT_QUERY 5, CLIENT_RESPONSE 6. */
  readonly type: number;
  readonly identity?: string;
  readonly queryPort?: number;
  readonly responsePort?: number;
  readonly queryAtUs?: AtUs;
  readonly responseAtUs?: AtUs;
  readonly queryMessage?: Uint8Array;
  readonly responseMessage?: Uint8Array;
}

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) | 0x80, ...varint(Math.floor(value / 128))];
const number = (field: number, value: number | undefined): number[] =>
  value === undefined ? [] : [...varint(field * 8), ...varint(value)];
const bytes = (field: number, value: ArrayLike<number> | undefined): number[] =>
  value === undefined ? [] : [...varint(field * 8 + 2), ...varint(value.length), ...Array.from(value)];
const time = (field: number, atUs: AtUs | undefined): number[] => {
  if (atUs === undefined) return [];
  const ns = (atUs % 1_000_000) * 1_000;
  const fixed = [0, 8, 16, 24].map((shift) => (ns >>> shift) & 0xff);
  return [...number(field, Math.floor(atUs / 1_000_000)), ...varint((field + 1) * 8 + 5), ...fixed];
};

/** The payload of a data frame, UDP over IPv4. */
export const frameOf = (parts: FrameParts): Uint8Array => {
  const message = [
    ...number(1, parts.type),
    ...number(2, 1),
    ...number(3, 1),
    ...bytes(4, [192, 0, 2, 1]),
    ...number(6, parts.queryPort ?? 40_000),
    ...number(7, parts.responsePort),
    ...time(8, parts.queryAtUs),
    ...bytes(10, parts.queryMessage),
    ...time(12, parts.responseAtUs),
    ...bytes(14, parts.responseMessage),
  ];
  const identity = parts.identity === undefined ? undefined : new TextEncoder().encode(parts.identity);
  return Uint8Array.from([...bytes(1, identity), ...bytes(14, message), ...number(15, 1)]);
};

/** What a DNS message says. */
export interface MessageParts {
  readonly name: string;
  readonly id?: number;
  readonly isResponse?: boolean;
  readonly rcode?: number;
  /** A records in the answer. */
  readonly answers?: number;
  /** The serial of an SOA in the authority section. */
  readonly serial?: number;
}

const u16 = (value: number): number[] => [value >> 8, value & 0xff];
const nameOf = (name: string): number[] => [
  ...name.split('.').flatMap((label) => [label.length, ...new TextEncoder().encode(label)]),
  0,
];
/** Names the question. */
const POINTER = [0xc0, 12];

/** A DNS message with one question of type A. */
export const messageOf = ({ name, id = 7, isResponse = false, rcode = 0, answers = 0, serial }: MessageParts) => {
  const hasSoa = serial === undefined ? 0 : 1;
  const rdata = [...POINTER, ...POINTER, ...u16(Math.floor((serial ?? 0) / 65_536)), ...u16((serial ?? 0) % 65_536)];
  const soa = [...POINTER, ...u16(6), ...u16(1), 0, 0, 0, 60, ...u16(rdata.length + 16), ...rdata];
  const a = [...POINTER, ...u16(1), ...u16(1), 0, 0, 0, 60, ...u16(4), 192, 0, 2, 80];
  return Uint8Array.from([
    ...u16(id),
    ...(isResponse ? [0x84, rcode] : [0, 0]),
    ...[1, answers, hasSoa, 0].flatMap(u16),
    ...nameOf(name),
    ...u16(1),
    ...u16(1),
    ...Array.from({ length: answers }, () => a).flat(),
    ...(hasSoa === 1 ? [...soa, ...Array.from({ length: 16 }, () => 0)] : []),
  ]);
};
