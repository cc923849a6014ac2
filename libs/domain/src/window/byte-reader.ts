const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** 2^53 - 1 takes eight bytes. */
const VARINT_BYTES_MAX = 8;

/**
 * Reads what `ByteWriter` wrote. The first fault is kept and ends the reading: every later call gives zero or nothing, so that
 * callers check once, at the end.
 */
export class ByteReader {
  fault: string | undefined;
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get left(): number {
    return this.fault === undefined ? this.bytes.length - this.at : 0;
  }

  varint(max = Number.MAX_SAFE_INTEGER): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < VARINT_BYTES_MAX && this.at < this.bytes.length && this.fault === undefined; i += 1) {
      const byte = this.bytes[this.at]!;
      this.at += 1;
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return value > max ? this.fail(`${value} is above ${max}`) : value;
    }
    return this.fail('a number is cut off');
  }

  /** An integer of either sign, zigzag. */
  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  block(): Uint8Array {
    const length = this.varint();
    if (length > this.left) this.fail('a block is cut off');
    if (this.fault !== undefined) return new Uint8Array(0);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** Reads what is in a block. */
  inner(): ByteReader {
    return new ByteReader(this.block());
  }

  text(): string {
    try {
      return UTF8.decode(this.block());
    } catch {
      this.fail('a text is not UTF-8');
      return '';
    }
  }

  fail(what: string): 0 {
    this.fault ??= `${what} at byte ${this.at}`;
    return 0;
  }
}
