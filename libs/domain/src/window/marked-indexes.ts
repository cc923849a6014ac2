/** Indexes of a list that are marked in any order and taken in theirs. As long as the longest list that was looked through. */
export class MarkedIndexes {
  private marks = new Uint8Array(0);
  private count = 0;
  private length = 0;

  /** Begins with a list of a length, nothing of which is marked. */
  begin(length: number): void {
    if (length > this.marks.length) this.marks = new Uint8Array(length);
    this.length = length;
    this.count = 0;
  }

  /** Marks an index, once. */
  add(index: number): void {
    this.marks[index] = 1;
    this.count += 1;
  }

  /** Visits what is marked, ascending, and leaves nothing marked. */
  take(visit: (index: number) => void): void {
    for (let index = 0; this.count > 0 && index < this.length; index += 1) {
      if (this.marks[index] === 0) continue;
      this.marks[index] = 0;
      this.count -= 1;
      visit(index);
    }
  }
}
