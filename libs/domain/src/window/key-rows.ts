/** Keys of a page that neighbour each other. Four byte counts of each are one line of the processor's cache. */
export const PAGE_BITS = 4;
const PAGE = 1 << PAGE_BITS;
/** The bits of a key that tell its place in the page. */
export const PAGE_MASK = PAGE - 1;
/** Pages that can be found at first; the table grows with the keys. */
const PAGES_FIRST = 16;

/**
 * Rows of numbered keys, for all counts of a slot that have the same keys: memory follows the keys that occur, in pages of 16, and a row
 * is found with one look into a small table. Keys are numbered as they come, so those in use are near each other.
 *
 *   row = pages[key >>> PAGE_BITS] + (key & PAGE_MASK)
 *
 * The first page of rows is never used: 0 in the table says that there is none.
 */
export class KeyRows {
  /** Page of keys → its first row. */
  pages = new Int32Array(PAGES_FIRST);
  /** All rows are below. */
  end = PAGE;
  /** Row → key. */
  keys = new Int32Array(PAGES_FIRST * PAGE);

  /** Bytes of the tables. */
  get bytes(): number {
    return this.pages.byteLength + this.keys.byteLength;
  }

  /** Makes room for keys below a number. To be called before one of them is looked for. */
  reserve(keys: number): void {
    const needed = (keys >>> PAGE_BITS) + 1;
    if (needed <= this.pages.length) return;
    const larger = new Int32Array(2 * needed);
    larger.set(this.pages);
    this.pages = larger;
  }

  /** The row of a key; its page is added when absent. */
  rowOf(key: number): number {
    const first = this.pages[key >>> PAGE_BITS]!;
    return (first === 0 ? this.addPage(key) : first) + (key & PAGE_MASK);
  }

  /** Adds the page of a key; its first row. */
  addPage(key: number): number {
    const first = this.end;
    this.pages[key >>> PAGE_BITS] = first;
    this.end = first + PAGE;
    if (this.end > this.keys.length) {
      const larger = new Int32Array(2 * this.end);
      larger.set(this.keys);
      this.keys = larger;
    }
    for (let at = 0; at < PAGE; at += 1) this.keys[first + at] = (key & ~PAGE_MASK) + at;
    return first;
  }

  /** Forgets all keys. */
  reset(): void {
    this.pages.fill(0);
    this.end = PAGE;
  }
}
