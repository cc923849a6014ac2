import { WIRE } from './protobuf-reader.js';

const UTF8 = new TextEncoder();

/** Writes protobuf into a buffer that grows. Fields that hold their default are left out, as proto3 does. */
export class ProtobufWriter {
  private bytes = new Uint8Array(1_024);
  private at = 0;

  number(field: number, value: number): void {
    if (value === 0) return;
    this.varint(field * 8 + WIRE.varint);
    this.varint(value);
  }

  signed(field: number, value: number): void {
    this.number(field, value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** An unsigned 64-bit number in decimal. */
  decimal(field: number, text: string): void {
    let value = BigInt(text);
    if (value === 0n) return;
    this.varint(field * 8 + WIRE.varint);
    for (; value > 0x7fn; value >>= 7n) this.byte(Number(value & 0x7fn) | 0x80);
    this.byte(Number(value));
  }

  fixed32(field: number, value: number): void {
    this.varint(field * 8 + WIRE.fixed32);
    for (let shift = 0; shift < 32; shift += 8) this.byte((value >>> shift) & 0xff);
  }

  /** Written even when empty: entries of a repeated field. */
  entry(field: number, value: Uint8Array): void {
    this.varint(field * 8 + WIRE.bytes);
    this.varint(value.length);
    this.reserve(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
  }

  block(field: number, value: Uint8Array): void {
    if (value.length > 0) this.entry(field, value);
  }

  string(field: number, value: string): void {
    this.block(field, UTF8.encode(value));
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.at);
  }

  private varint(value: number): void {
    let rest = value;
    for (; rest > 0x7f; rest = Math.floor(rest / 128)) this.byte((rest % 128) | 0x80);
    this.byte(rest);
  }

  private byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at] = value;
    this.at += 1;
  }

  private reserve(length: number): void {
    const needed = this.at + length;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
    grown.set(this.bytes.subarray(0, this.at));
    this.bytes = grown;
  }
}
