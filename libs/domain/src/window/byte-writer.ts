const UTF8 = new TextEncoder();
/** Longer texts are written faster by the encoder. */
const ASCII_MAX = 128;

const isAscii = (text: string): boolean => {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
};

/** Writes varints and text into a buffer that grows. */
export class ByteWriter {
  private bytes = new Uint8Array(4_096);
  private at = 0;

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

  /** Three texts as one; the middle is one plain character. */
  joined(left: string, middle: string, right: string): void {
    const length = left.length + 1 + right.length;
    if (length > ASCII_MAX || !isAscii(left) || !isAscii(right)) return this.text(left + middle + right);
    this.varint(length);
    this.reserve(length);
    this.put(left);
    this.put(middle);
    this.put(right);
  }

  /** Keys are short and plain: byte by byte they cost a tenth of an encoder's call. False, and nothing written, for any other. */
  private ascii(text: string): boolean {
    const { length } = text;
    if (length > ASCII_MAX || !isAscii(text)) return false;
    this.varint(length);
    this.reserve(length);
    this.put(text);
    return true;
  }

  private put(text: string): void {
    const { bytes, at } = this;
    for (let i = 0; i < text.length; i += 1) bytes[at + i] = text.charCodeAt(i);
    this.at = at + text.length;
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
