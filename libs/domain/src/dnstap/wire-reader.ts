/** One field of a protobuf message. */
export interface WireField {
  readonly field: number;
  /** Of a number. A number above 2^53 is not exact, which no field here needs. */
  readonly value: number;
  /** Of bytes, strings and messages. */
  readonly bytes: Uint8Array;
}

const NO_BYTES = new Uint8Array(0);
/** Ten groups of seven bits hold the 64 bits of a varint; more is damage. */
const VARINT_BYTES_MAX = 10;
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * Reads protobuf fields in the order they stand, knowing no schema. `fault` ends the reading: what is cut off, or of a kind that no
 * longer exists. Never throws.
 */
export class WireReader {
  isFaulty = false;
  private at = 0;

  constructor(private readonly message: Uint8Array) {}

  next(): WireField | undefined {
    if (this.isFaulty || this.at >= this.message.length) return undefined;
    const tag = this.varint();
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case WIRE.varint:
        return this.found(field, this.varint(), NO_BYTES);
      case WIRE.fixed64:
        this.take(8);
        return this.found(field, 0, NO_BYTES);
      case WIRE.fixed32:
        return this.found(field, this.fixed32(), NO_BYTES);
      case WIRE.bytes:
        return this.found(field, 0, this.take(this.varint()));
      default:
        this.isFaulty = true;
        return undefined;
    }
  }

  private found(field: number, value: number, bytes: Uint8Array): WireField | undefined {
    return this.isFaulty || field === 0 ? this.fail() : { field, value, bytes };
  }

  private fail(): undefined {
    this.isFaulty = true;
    return undefined;
  }

  private varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < VARINT_BYTES_MAX; i += 1) {
      const byte = this.message[this.at];
      if (byte === undefined) break;
      this.at += 1;
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return value;
    }
    this.isFaulty = true;
    return 0;
  }

  private take(length: number): Uint8Array {
    if (length > this.message.length - this.at) {
      this.isFaulty = true;
      return NO_BYTES;
    }
    this.at += length;
    return this.message.subarray(this.at - length, this.at);
  }

  private fixed32(): number {
    const bytes = this.take(4);
    return (bytes[0] ?? 0) + (bytes[1] ?? 0) * 0x100 + (bytes[2] ?? 0) * 0x10000 + (bytes[3] ?? 0) * 0x1000000;
  }
}
