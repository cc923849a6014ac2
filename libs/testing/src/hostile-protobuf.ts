import type { Dice } from './hostile-bytes.js';

/** One field of a message, in pieces; `body` is the payload after tag and length. */
interface WireField {
  readonly field: number;
  readonly wire: number;
  readonly body: Uint8Array;
  /** What stands for the length of `body` where that is not the truth. */
  readonly length?: Uint8Array;
}

const BYTES = 2;
const CHECKSUM_FIELD = 30;
/** Most fields are worth reaching: a wrong checksum would hide them, so it is mostly left out. */
const CHECKSUM_CHANCE = 0.2;

const varint = (value: number): Uint8Array => {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...bytes, rest]);
    bytes.push((rest % 128) | 0x80);
  }
};
const ones = (count: number, last: number): Uint8Array => Uint8Array.from([...new Uint8Array(count).fill(0xff), last]);

/** Numbers at the ends of ranges, too large ones, and some that do not end. */
const NUMBERS = [
  varint(0),
  varint(1),
  varint(3),
  varint(65_535),
  varint(65_536),
  varint(65_537),
  varint(2 ** 32 - 1),
  varint(2 ** 32),
  varint(2 ** 53 - 1),
  ones(9, 1),
  ones(9, 2),
  ones(9, 0xff),
  ones(12, 0),
  Uint8Array.of(0x80, 0x00),
];
const text = (value: string): Uint8Array => new TextEncoder().encode(value);
/** Names, zones and columns that are not as they should be. */
const BODIES = [
  '',
  '.',
  'a.example.',
  'A.EXAMPLE',
  'a|b',
  'a\0b',
  'ä.example',
  '__proto__',
  'z'.repeat(255),
  'z'.repeat(256),
  'z'.repeat(5_000),
  '\u0001'.repeat(3_000),
].map(text);
BODIES.push(ones(3, 0x7f), Uint8Array.of(0xc0, 0x80), Uint8Array.of(0xed, 0xa0, 0x80), new Uint8Array(4_096));

/** The end of the varint that begins at an index. */
const endOfVarint = (bytes: Uint8Array, from: number): number => {
  let at = from;
  while (bytes[at]! >= 0x80) at += 1;
  return at + 1;
};
const numberAt = (bytes: Uint8Array, from: number): number => {
  let value = 0;
  for (let at = endOfVarint(bytes, from) - 1; at >= from; at -= 1) value = value * 128 + (bytes[at]! & 0x7f);
  return value;
};

/** Takes a valid message apart. */
const fieldsOf = (bytes: Uint8Array): WireField[] => {
  const fields: WireField[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = numberAt(bytes, at);
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    at = endOfVarint(bytes, at);
    const from = wire === BYTES ? endOfVarint(bytes, at) : at;
    const to = wire === BYTES ? from + numberAt(bytes, at) : wire === 5 ? at + 4 : endOfVarint(bytes, at);
    fields.push({ field, wire, body: bytes.subarray(from, to) });
    at = to;
  }
  return fields;
};

const bytesOf = (fields: readonly WireField[]): Uint8Array =>
  Uint8Array.from(
    Buffer.concat(
      fields.flatMap(({ field, wire, body, length }) => [
        varint(field * 8 + wire),
        length ?? (wire === BYTES ? varint(body.length) : new Uint8Array(0)),
        body,
      ]),
    ),
  );

const otherBody = (dice: Dice, { wire, body }: WireField): Uint8Array => {
  if (wire !== BYTES) return dice.pick(NUMBERS);
  if (dice.chance(0.3)) return dice.pick(BODIES);
  if (dice.chance(0.3)) return body.subarray(0, dice.below(body.length + 1));
  const copy = body.slice();
  if (copy.length > 0) copy[dice.below(copy.length)] = dice.below(256);
  return copy;
};

const mutated = (dice: Dice, fields: readonly WireField[]): readonly WireField[] => {
  const at = dice.below(fields.length);
  const chosen = fields[at]!;
  const kind = dice.below(10);
  if (kind < 5) return fields.with(at, { ...chosen, body: otherBody(dice, chosen) });
  if (kind === 5) return fields.toSpliced(at, 1);
  if (kind === 6) return [...fields, chosen, { ...chosen, body: otherBody(dice, chosen) }];
  if (kind === 7) return fields.with(at, { ...chosen, wire: dice.below(8) });
  if (kind === 8) return fields.with(at, { ...chosen, wire: BYTES, length: dice.pick(NUMBERS) });
  return fields.toSpliced(at, 0, { field: dice.below(40), wire: dice.below(8), body: dice.pick(NUMBERS) });
};

/** A valid message with one or two fields wrong: values, lengths, wire types; fields missing, repeated, unknown. */
export const mutateProtobuf = (dice: Dice, message: Uint8Array): Uint8Array => {
  const keepsChecksum = dice.chance(CHECKSUM_CHANCE);
  let fields: readonly WireField[] = fieldsOf(message).filter((each) => keepsChecksum || each.field !== CHECKSUM_FIELD);
  for (let left = 1 + dice.below(2); left > 0; left -= 1) if (fields.length > 0) fields = mutated(dice, fields);
  return bytesOf(fields);
};
