import type { ByteWriter } from './byte-writer.js';
import { U32_MAX } from './cells.js';

/** The place of an outcome that is not counted. */
export const NO_PLACE = -1;

/** Outcomes of a batch that are counted one after the other. */
export interface WeightedRun {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
  /** undefined = 1 each. */
  readonly weight: Uint32Array | undefined;
}

/** What a byte holds. */
const BYTE_MAX = 0xff;
/** From here on a byte may stand for more, which is then in `carried`; bytes below are whole counts. */
const CARRIED = 0x80;

/** A bit for every byte of a word that may stand for more. */
const ANY_CARRIED = 0x8080_8080;

/**
 * Counts by index. Of the counts of a second nearly all are small, and what the processor's caches hold decides what an outcome costs:
 * a count is a byte of 0 to 255, and what it cannot hold is carried into a map in steps of 128. A byte that was carried from stays at
 * 128 or above.
 */
export class ByteCounts {
  /** Replaced by `reserve`. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The same memory, four counts at a time: a word is a row of four counts. */
  words: Uint32Array<ArrayBuffer>;
  /** Index of a count → what its byte does not hold. At most one entry per 128 outcomes. */
  private carried = new Map<number, number>();

  /** `bytes` are theirs from now on; a multiple of four. */
  constructor(bytes = new Uint8Array(0)) {
    this.bytes = bytes;
    this.words = new Uint32Array(bytes.buffer);
  }

  /** Makes room for counts below an index. */
  reserve(length: number): void {
    if (length <= this.bytes.length) return;
    const larger = new Uint8Array(2 * length);
    larger.set(this.bytes);
    this.use(larger);
  }

  /** The count at an index; 0 beyond the end. What cells cannot tell is the most that they can: weights may be invented. */
  at(index: number): number {
    const count = index < this.bytes.length ? this.bytes[index]! : 0;
    return count < CARRIED ? count : Math.min(count + (this.carried.get(index) ?? 0), U32_MAX);
  }

  /** Whether so many counts from an index on are all 0. */
  isZero(index: number, length: number): boolean {
    const end = Math.min((index + length) / 4, this.words.length);
    for (let word = index / 4; word < end; word += 1) if (this.words[word] !== 0) return false;
    return true;
  }

  /** Adds to the count at an index. */
  add(index: number, count: number): void {
    const sum = this.bytes[index]! + count;
    if (sum <= BYTE_MAX) this.bytes[index] = sum;
    else this.carry(index, sum);
  }

  /**
   * Adds a run of outcomes at places that were found before. Nothing but this is done in the loop: the processor then waits for many of
   * the places at a time, of which most are in no near cache.
   */
  addRun(places: Int32Array, { weight, from, to }: WeightedRun): void {
    const { bytes } = this;
    for (let i = from; i < to; i += 1) {
      const index = places[i]!;
      if (index === NO_PLACE) continue;
      const sum = bytes[index]! + (weight === undefined ? 1 : weight[i]!);
      if (sum <= BYTE_MAX) bytes[index] = sum;
      else this.carry(index, sum);
    }
  }

  /** Puts a sum that does not fit its byte at an index. */
  private carry(index: number, sum: number): void {
    const excess = Math.floor((sum - CARRIED) / CARRIED) * CARRIED;
    this.bytes[index] = sum - excess;
    this.carried.set(index, (this.carried.get(index) ?? 0) + excess);
  }

  /** Puts so many counts from an index on (0 beyond the end) into an array of zeros. */
  unfold(index: number, length: number, into: Uint32Array, intoIndex: number): void {
    const { bytes } = this;
    const filled = Math.min(length, bytes.length - index);
    for (let i = 0; i < filled; i += 1) {
      const count = bytes[index + i]!;
      if (count !== 0) into[intoIndex + i] = count < CARRIED ? count : this.at(index + i);
    }
  }

  /** Writes so many counts from an index on (0 beyond the end) as `writeBuckets` does; most are 0, which is seen four at a time. */
  write(writer: ByteWriter, index: number, length: number): void {
    const { words, bytes } = this;
    const end = Math.min((index + length) / 4, words.length);
    let filled = 0;
    for (let word = index / 4; word < end; word += 1) {
      const four = words[word]!;
      if (four === 0) continue;
      filled += (four & 0xff ? 1 : 0) + (four & 0xff00 ? 1 : 0) + (four & 0xff_0000 ? 1 : 0) + (four >>> 24 ? 1 : 0);
    }
    writer.varint(filled);
    let last = index;
    for (let word = index / 4; word < end; word += 1) {
      if (words[word] === 0) continue;
      for (let at = 4 * word; at < 4 * word + 4; at += 1) {
        if (bytes[at] === 0) continue;
        writer.varint(at - last);
        writer.varint(this.at(at));
        last = at;
      }
    }
  }

  /** Adds the four counts of a row to an array, or takes them from it. */
  readRow(row: number, sign: 1 | -1, into: Uint32Array, intoIndex: number): void {
    const word = row < this.words.length ? this.words[row]! : 0;
    if ((word & ANY_CARRIED) === 0) {
      into[intoIndex]! += sign * (word & 0xff);
      into[intoIndex + 1]! += sign * ((word >>> 8) & 0xff);
      into[intoIndex + 2]! += sign * ((word >>> 16) & 0xff);
      into[intoIndex + 3]! += sign * (word >>> 24);
    } else for (let i = 0; i < 4; i += 1) into[intoIndex + i]! += sign * this.at(4 * row + i);
  }

  /** Adds the four counts of a row of others; there must be room. */
  addRow(row: number, from: ByteCounts, fromRow: number): void {
    const [word, added] = [this.words[row]!, fromRow < from.words.length ? from.words[fromRow]! : 0];
    if (((word | added) & ANY_CARRIED) === 0) this.words[row] = word + added;
    else for (let i = 0; i < 4; i += 1) this.add(4 * row + i, from.at(4 * fromRow + i));
  }

  /** The first counts, in memory of their own. */
  clone(length: number): ByteCounts {
    const clone = new ByteCounts(this.bytes.slice(0, length));
    clone.carried = new Map(this.carried);
    return clone;
  }

  /** Takes no more memory than the first counts need. */
  trim(length: number): void {
    if (this.bytes.length > length) this.use(this.bytes.slice(0, length));
  }

  /** Empties the first counts and keeps their memory. */
  reset(length: number): void {
    this.bytes.fill(0, 0, length);
    this.carried.clear();
  }

  private use(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes;
    this.words = new Uint32Array(bytes.buffer);
  }
}
