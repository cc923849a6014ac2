/** Ten groups of seven bits hold the 64 bits of a varint; more is damage. */
const VARINT_BYTES_MAX = 10;
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/**
 * Reads protobuf fields in the order they stand, knowing no schema: `next` goes on to a field, and the reader then tells of it, so
 * that no object is made per field. `isFaulty` ends the reading: what is cut off, or of a kind that no longer exists. Never throws.
 */
export class WireReader {
  isFaulty = false;
  field = 0;
  /** Of a number; 0 for all else. A number above 2^53 is not exact, which no field here needs. */
  value = 0;
  /** Where bytes, strings and messages stand; empty for all else. */
  from = 0;
  to = 0;

  /** `at`: where the message begins; `end`: behind it. */
  constructor(
    private readonly bytes: Uint8Array,
    private at = 0,
    private readonly end = bytes.length,
  ) {}

  /** Whether there is one more field. */
  next(): boolean {
    if (this.isFaulty || this.at >= this.end) return false;
    const wire = this.tag();
    this.value = 0;
    this.from = this.to = this.at;
    this.read(wire);
    if (this.field === 0) this.isFaulty = true;
    return !this.isFaulty;
  }

  /** Notes the field, tells its kind. Fields below 16 have tags of one octet, and all that matter are; those need no division. */
  private tag(): number {
    const first = this.bytes[this.at] ?? 0;
    if (first < 0x80) {
      this.at += 1;
      this.field = first >> 3;
      return first & 7;
    }
    const tag = this.varint();
    this.field = Math.floor(tag / 8);
    return tag % 8;
  }

  private read(wire: number): void {
    if (wire === WIRE.varint) this.value = this.varint();
    else if (wire === WIRE.bytes) this.take(this.varint());
    else if (wire === WIRE.fixed32) this.fixed32();
    else if (wire === WIRE.fixed64) this.skip(8);
    else this.isFaulty = true;
  }

  private varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < VARINT_BYTES_MAX && this.at < this.end; i += 1) {
      const byte = this.bytes[this.at] ?? 0;
      this.at += 1;
      if (byte < 0x80) return value + byte * scale;
      value += (byte & 0x7f) * scale;
      scale *= 128;
    }
    this.isFaulty = true;
    return 0;
  }

  private skip(length: number): void {
    if (length > this.end - this.at) this.isFaulty = true;
    else this.at += length;
  }

  private take(length: number): void {
    this.from = this.at;
    this.skip(length);
    this.to = this.at;
  }

  private fixed32(): void {
    const { bytes, at } = this;
    this.skip(4);
    if (this.isFaulty) return;
    this.value = (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 0x100 + (bytes[at + 2] ?? 0) * 0x10000;
    this.value += (bytes[at + 3] ?? 0) * 0x1000000;
  }
}
