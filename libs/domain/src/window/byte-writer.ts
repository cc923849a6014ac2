import type { Names } from './names.js';

const UTF8 = new TextEncoder();
/** Longer texts are written faster by the encoder. */
const ASCII_MAX = 128;

const BUFFER_FIRST = 4_096;
/** Four times the largest block of a fleet of a thousand nodes. */
const BUFFER_KEPT_MAX = 16 << 20;

/** Four varints of 32 bits. */
const FOUR_BYTES_MAX = 20;

/** Writes varints and text into a buffer that grows. */
export class ByteWriter {
  private bytes = new Uint8Array(BUFFER_FIRST);
  private at = 0;

  /** Begins anew, in the same buffer; one that grew very large is given back. */
  begin(): void {
    this.at = 0;
    if (this.bytes.length > BUFFER_KEPT_MAX) this.bytes = new Uint8Array(BUFFER_FIRST);
  }

  /** An integer of 0 to 2^53 - 1, seven bits a byte, lowest first. */
  varint(value: number): void {
    this.reserve(8);
    if (value < 0x80) return this.byte(value);
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 0x80);
    this.byte(rest);
  }

  /** Bytes after their length. */
  block(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  text(text: string): void {
    if (!this.ascii(text)) this.block(UTF8.encode(text));
  }

  /** A name by its number. */
  name(names: Names, number: number): void {
    const length = names.lengthOf(number);
    this.varint(length);
    this.reserve(length);
    this.copy(names, number);
  }

  /** An integer of either sign, zigzag: 0, -1, 1, -2 … */
  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Four integers of an array, from an index on. */
  four(values: Uint32Array, index: number): void {
    this.reserve(FOUR_BYTES_MAX);
    for (let i = index; i < index + 4; i += 1) {
      const value = values[i]!;
      if (value < 0x80) this.byte(value);
      else this.varint(value);
    }
  }

  /** Keys are short and plain: byte by byte they cost a tenth of an encoder's call. False, and nothing written, for any other. */
  private ascii(text: string): boolean {
    const { length } = text;
    if (length > ASCII_MAX) return false;
    for (let i = 0; i < length; i += 1) if (text.charCodeAt(i) > 0x7f) return false;
    this.varint(length);
    this.reserve(length);
    for (let i = 0; i < length; i += 1) this.bytes[this.at + i] = text.charCodeAt(i);
    this.at += length;
    return true;
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.at);
  }

  /** Names are short: byte by byte they cost less than a call that copies. */
  private copy({ bytes, starts }: Names, number: number): void {
    const { bytes: into } = this;
    let { at } = this;
    const end = starts[number + 1]!;
    for (let from = starts[number]!; from < end; from += 1, at += 1) into[at] = bytes[from]!;
    this.at = at;
  }

  private byte(value: number): void {
    this.bytes[this.at] = value;
    this.at += 1;
  }

  private reserve(length: number): void {
    if (this.at + length <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.at + length, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
  }
}
