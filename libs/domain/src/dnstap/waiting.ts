/** A message that waits. It stands in a queue and in a bucket at once, and links to its neighbours in both. */
export interface Waiting<T> {
  readonly message: T;
  readonly hash: number;
  readonly deadlineUs: number;
  older: Waiting<T> | undefined;
  newer: Waiting<T> | undefined;
  /** The next in the same bucket, which came later. */
  next: Waiting<T> | undefined;
}

/** First in, first out; whatever stands in it can be taken out. */
export class WaitingQueue<T> {
  first: Waiting<T> | undefined;
  private last: Waiting<T> | undefined;

  push(item: Waiting<T>): void {
    item.older = this.last;
    if (this.last === undefined) this.first = item;
    else this.last.newer = item;
    this.last = item;
  }

  remove(item: Waiting<T>): void {
    const { older, newer } = item;
    if (older === undefined) this.first = newer;
    else older.newer = newer;
    if (newer === undefined) this.last = older;
    else newer.older = older;
    item.older = item.newer = undefined;
  }
}

/** Buckets of an empty table; a power of two, as always. */
const BUCKETS_MIN = 256;

/** What waits, by a hash of 32 bits. It grows so that a bucket holds one message on the average, and never shrinks. */
export class WaitingTable<T> {
  size = 0;
  private buckets: (Waiting<T> | undefined)[] = Array.from({ length: BUCKETS_MIN });

  /** The one of the bucket that has waited longest; the others follow by `next`. Not all of a bucket have the same hash. */
  bucketOf(hash: number): Waiting<T> | undefined {
    return this.buckets[hash & (this.buckets.length - 1)];
  }

  add(item: Waiting<T>): void {
    if (this.size >= this.buckets.length) this.grow();
    this.append(item);
    this.size += 1;
  }

  remove(item: Waiting<T>): void {
    const index = item.hash & (this.buckets.length - 1);
    let before = this.buckets[index];
    if (before === item) this.buckets[index] = item.next;
    else {
      while (before !== undefined && before.next !== item) before = before.next;
      if (before === undefined) throw new Error('take a message out: it does not wait');
      before.next = item.next;
    }
    item.next = undefined;
    this.size -= 1;
  }

  private append(item: Waiting<T>): void {
    const index = item.hash & (this.buckets.length - 1);
    let last = this.buckets[index];
    if (last === undefined) {
      this.buckets[index] = item;
      return;
    }
    while (last.next !== undefined) last = last.next;
    last.next = item;
  }

  private grow(): void {
    const old = this.buckets;
    this.buckets = Array.from({ length: old.length * 2 });
    for (const first of old)
      for (let item = first; item !== undefined;) {
        const { next } = item;
        item.next = undefined;
        this.append(item);
        item = next;
      }
  }
}
