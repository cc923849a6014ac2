const UTF8 = new TextEncoder();
const NAMES_FIRST = 1_024;
const BYTES_FIRST = 16_384;

/**
 * Names by number, as text and as bytes one after the other: whoever writes a hundred thousand keys copies bytes that lie together,
 * where every text would be fetched from a place of its own. Names are only added.
 */
export class Names {
  readonly texts: string[] = [];
  bytes = new Uint8Array(BYTES_FIRST);
  /** Number → where its bytes begin; they end where those of the next begin. */
  starts = new Uint32Array(NAMES_FIRST);

  get size(): number {
    return this.texts.length;
  }

  /** Adds a name; its number. */
  add(text: string): number {
    const name = UTF8.encode(text);
    const number = this.texts.push(text) - 1;
    const start = this.starts[number]!;
    const end = start + name.length;
    if (end > this.bytes.length) this.bytes = grown(this.bytes, new Uint8Array(2 * end));
    if (number + 1 >= this.starts.length) this.starts = grown(this.starts, new Uint32Array(2 * this.starts.length));
    this.bytes.set(name, start);
    this.starts[number + 1] = end;
    return number;
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
