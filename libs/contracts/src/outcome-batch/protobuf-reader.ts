import { refuse, type Refusal } from '../problem.js';
import { asciiText } from './known-texts.js';

/** Wire types of protobuf. */
export const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** A part of a buffer. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** A varint of 64 bits takes at most ten bytes. */
const VARINT_BYTES_MAX = 10;
/** Bytes of a varint of which a number is exact: 49 bits. */
const LOW_BYTES = 7;

/**
 * Reads protobuf from bytes that nobody vouches for. The first fault is kept in `fault` and ends the reading: every call after it
 * gives zero or nothing, so that callers check once, at the end.
 */
export class ProtobufReader {
  fault: Refusal | undefined;
  private at: number;
  private end: number;
  /** Wire type of the field that `next` announced. */
  private wire = 0;
  field = 0;

  constructor(
    private readonly bytes: Uint8Array,
    { from, to }: Span = { from: 0, to: bytes.length },
  ) {
    this.at = from;
    this.end = to;
  }

  /** Goes to the next field; false at the end or after a fault. */
  next(): boolean {
    if (this.at >= this.end) return false;
    const tag = this.varint();
    if (tag > 0xffff_ffff) this.fail(`a tag of ${tag}`);
    this.field = Math.floor(tag / 8);
    this.wire = tag % 8;
    if (this.field === 0) this.fail('field number 0');
    return this.fault === undefined;
  }

  /** An unsigned number; above 2^53 - 1 is a fault, since it could not be told exactly. */
  number(max = Number.MAX_SAFE_INTEGER): number {
    this.expect(WIRE.varint);
    const value = this.varint();
    if (value > max) this.fail(`field ${this.field} is above ${max}`);
    return this.fault === undefined ? value : 0;
  }

  /** A zigzag number. */
  signed(): number {
    const value = this.number();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** An unsigned 64-bit number in decimal. */
  decimal(): string {
    this.expect(WIRE.varint);
    const from = this.at;
    const short = this.varint();
    if (this.fault !== undefined) return '0';
    if (short <= Number.MAX_SAFE_INTEGER) return String(short);
    const low = this.bitsOf(from, from + LOW_BYTES);
    const high = this.bitsOf(from + LOW_BYTES, this.at);
    return ((BigInt(high) << BigInt(7 * LOW_BYTES)) | BigInt(low)).toString();
  }

  fixed32(): number {
    this.expect(WIRE.fixed32);
    const { from } = this.take(4);
    if (this.fault !== undefined) return 0;
    const [a, b, c, d] = [this.bytes[from]!, this.bytes[from + 1]!, this.bytes[from + 2]!, this.bytes[from + 3]!];
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  }

  span(): Span {
    this.expect(WIRE.bytes);
    return this.take(this.varint());
  }

  string(): string {
    const { from, to } = this.span();
    const ascii = asciiText(this.bytes, from, to);
    if (ascii !== undefined) return ascii;
    try {
      return UTF8.decode(this.bytes.subarray(from, to));
    } catch {
      this.fail(`field ${this.field} is not UTF-8`);
      return '';
    }
  }

  /** Adds the field's bytes to a dictionary, and those of the entries that follow at once: most of a batch are entries. A field below 16. */
  entries(into: { readonly add: (from: number, to: number) => void }): void {
    const { from, to } = this.span();
    if (this.fault !== undefined) return;
    into.add(from, to);
    const { bytes, end } = this;
    const tag = this.field * 8 + WIRE.bytes;
    let at = to;
    while (at + 1 < end && bytes[at] === tag) {
      const length = bytes[at + 1]!;
      if (length > 0x7f || length > end - at - 2) break;
      into.add(at + 2, at + 2 + length);
      at += 2 + length;
    }
    this.at = at;
  }

  /** Passes over a field that is not known. */
  skip(): void {
    if (this.wire === WIRE.varint) this.varint();
    else if (this.wire === WIRE.fixed64) this.take(8);
    else if (this.wire === WIRE.bytes) this.take(this.varint());
    else if (this.wire === WIRE.fixed32) this.take(4);
    else this.fail(`wire type ${this.wire} of field ${this.field}`);
  }

  private bitsOf(from: number, to: number): number {
    let value = 0;
    for (let i = to - 1; i >= from; i -= 1) value = value * 128 + (this.bytes[i]! & 0x7f);
    return value;
  }

  private expect(wire: number): void {
    if (this.wire !== wire) this.fail(`field ${this.field} has wire type ${this.wire}: expected ${wire}`);
  }

  private take(length: number): Span {
    const from = this.at;
    if (length > this.end - from) this.fail(`field ${this.field} is cut off`);
    if (this.fault !== undefined) return { from: this.end, to: this.end };
    this.at = from + length;
    return { from, to: this.at };
  }

  /** Exact up to 2^53; above, only known to be above. */
  private varint(): number {
    const first = this.at < this.end ? this.bytes[this.at]! : 0x80;
    if (first < 0x80) {
      this.at += 1;
      return first;
    }
    let value = 0;
    let scale = 1;
    for (let i = 0; i < VARINT_BYTES_MAX; i += 1) {
      if (this.at >= this.end) break;
      const byte = this.bytes[this.at]!;
      this.at += 1;
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) {
        if (i === VARINT_BYTES_MAX - 1 && byte > 1) break;
        return value;
      }
    }
    this.fail('a number that does not end');
    return 0;
  }

  private fail(what: string): void {
    this.fault ??= refuse('BODY_UNPARSABLE', `not an OutcomeBatch: ${what}`, `byte ${Math.min(this.at, this.end)}`);
    this.end = this.at;
  }
}
