const UTF8 = new TextEncoder();
/** Longer texts are written faster by the encoder. */
const ASCII_MAX = 128;

/** Writes varints and text into a buffer that grows. */
export class ByteWriter {
  private bytes = new Uint8Array(4_096);
  private at = 0;

  /** An integer of 0 to 2^53 - 1, seven bits a byte, lowest first. */
  varint(value: number): void {
    this.reserve(8);
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
