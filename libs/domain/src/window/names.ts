const UTF8 = new TextEncoder();
/** UTF-8 bytes of one UTF-16 unit, at most. */
const UTF8_BYTES_MAX = 3;
const NAMES_FIRST = 1_024;
const BYTES_FIRST = 16_384;

/**
 * Names by number, as text and as bytes one after the other: whoever writes a hundred thousand keys copies bytes that lie together,
 * where every text would be fetched from a place of its own. Names are only added.
 */
export class Names {
  readonly texts: string[] = [];
  bytes = new Uint8Array(BYTES_FIRST);
  /** The same bytes. */
  view = new DataView(this.bytes.buffer);
  /** Number → where its bytes begin; they end where those of the next begin. */
  starts = new Uint32Array(NAMES_FIRST);

  get size(): number {
    return this.texts.length;
  }

  /** Adds a name; its number. */
  add(text: string): number {
    const number = this.texts.push(text) - 1;
    const start = this.starts[number]!;
    const endMax = start + UTF8_BYTES_MAX * text.length;
    if (endMax > this.bytes.length) {
      this.bytes = grown(this.bytes, new Uint8Array(2 * endMax));
      this.view = new DataView(this.bytes.buffer);
    }
    if (number + 1 >= this.starts.length) this.starts = grown(this.starts, new Uint32Array(2 * this.starts.length));
    this.starts[number + 1] = start + this.put(text, start);
    return number;
  }

  /** Names are plain and short: a call of the encoder costs ten times as much as writing one. */
  private put(text: string, start: number): number {
    for (let i = 0; i < text.length; i += 1) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return UTF8.encodeInto(text, this.bytes.subarray(start)).written;
      this.bytes[start + i] = code;
    }
    return text.length;
  }

  /** Bytes of a name. */
  lengthOf(number: number): number {
    return this.starts[number + 1]! - this.starts[number]!;
  }
}

const grown = <T extends Uint8Array | Uint32Array>(array: T, larger: T): T => {
  larger.set(array);
  return larger;
};
