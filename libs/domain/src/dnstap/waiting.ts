import { type PairKey, PairKeys } from './pair-key.js';

/** In place of a place: there is none. */
export const NOWHERE = -1;
/** Places of an empty table; a power of two, as always, since there are as many buckets. */
const CAPACITY_FIRST = 256;

/** Places in the order in which they came, as links in both directions; whatever stands in it can be taken out. */
interface Queue {
  first: number;
  last: number;
}

/** What a table is told of a message that is to wait. */
export interface ToWait<T> {
  readonly key: PairKey;
  readonly isQuery: boolean;
  readonly content: T;
  readonly deadlineUs: number;
}

const grownInts = (smaller: Int32Array, capacity: number): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(capacity).fill(NOWHERE);
  larger.set(smaller);
  return larger;
};

/**
 * What waits, as columns by place. Every message stands in a bucket, by the hash of its base, and in one of two queues, of queries
 * and of responses. It grows so that a bucket holds one message on the average, and never shrinks. A full table of 65,536 queries is
 * what an attack that nobody answers makes of it, in the memory of an agent that stands beside a DNS server: hence 61 octets each, a
 * reference and what it refers to.
 */
export class WaitingTable<T> {
  size = 0;
  private capacity = CAPACITY_FIRST;
  private keys = new PairKeys(CAPACITY_FIRST);
  private isQuery = new Uint8Array(CAPACITY_FIRST);
  private deadlines = new Float64Array(CAPACITY_FIRST);
  private older = new Int32Array(CAPACITY_FIRST).fill(NOWHERE);
  private newer = new Int32Array(CAPACITY_FIRST).fill(NOWHERE);
  /** Place → the next in the same bucket, which came later; of an unused place, the next unused one. */
  private nexts = new Int32Array(CAPACITY_FIRST).fill(NOWHERE);
  private buckets = new Int32Array(CAPACITY_FIRST).fill(NOWHERE);
  private readonly contents: (T | undefined)[] = [];
  private readonly queries: Queue = { first: NOWHERE, last: NOWHERE };
  private readonly responses: Queue = { first: NOWHERE, last: NOWHERE };
  /** The first unused place among those that were used before. */
  private unused = NOWHERE;

  /** The one of the bucket that has waited longest; the others follow by `next`. Not all of a bucket have the same hash. */
  firstOf({ baseHash }: PairKey): number {
    return this.buckets[baseHash & (this.capacity - 1)]!;
  }

  next(place: number): number {
    return this.nexts[place]!;
  }

  /** The query that has waited longest. */
  get firstQuery(): number {
    return this.queries.first;
  }

  /** The response that has waited longest. */
  get firstResponse(): number {
    return this.responses.first;
  }

  isQueryAt(place: number): boolean {
    return this.isQuery[place] === 1;
  }

  deadlineUs(place: number): number {
    return this.deadlines[place]!;
  }

  isSameBase(place: number, key: PairKey): boolean {
    return this.keys.isSameBase(place, key);
  }

  isSameName(place: number, key: PairKey): boolean {
    return this.keys.isSameName(place, key);
  }

  fitsName(place: number, key: PairKey): boolean {
    return this.keys.fitsName(place, key);
  }

  add({ key, isQuery, content, deadlineUs }: ToWait<T>): void {
    if (this.size >= this.capacity) this.grow();
    const place = this.newPlace();
    this.keys.set(place, key);
    this.isQuery[place] = isQuery ? 1 : 0;
    this.deadlines[place] = deadlineUs;
    this.contents[place] = content;
    this.append(place);
    this.push(place);
    this.size += 1;
  }

  /** Takes a message out. */
  take(place: number): T {
    const content = this.contents[place];
    if (content === undefined) throw new Error(`take the message at ${place} out: it does not wait`);
    this.leaveBucket(place);
    this.leaveQueue(place);
    this.contents[place] = undefined;
    this.nexts[place] = this.unused;
    this.unused = place;
    this.size -= 1;
    return content;
  }

  private newPlace(): number {
    const { unused, size } = this;
    if (unused === NOWHERE) return size;
    this.unused = this.nexts[unused]!;
    return unused;
  }

  private queueOf(place: number): Queue {
    return this.isQuery[place] === 1 ? this.queries : this.responses;
  }

  private bucketOf(place: number): number {
    return this.keys.baseHash(place) & (this.capacity - 1);
  }

  private append(place: number): void {
    const bucket = this.bucketOf(place);
    this.nexts[place] = NOWHERE;
    let last = this.buckets[bucket]!;
    if (last === NOWHERE) {
      this.buckets[bucket] = place;
      return;
    }
    for (let next = this.nexts[last]!; next !== NOWHERE; next = this.nexts[last]!) last = next;
    this.nexts[last] = place;
  }

  private leaveBucket(place: number): void {
    const bucket = this.bucketOf(place);
    let before = this.buckets[bucket]!;
    if (before === place) this.buckets[bucket] = this.nexts[place]!;
    else {
      while (this.nexts[before] !== place) before = this.nexts[before]!;
      this.nexts[before] = this.nexts[place]!;
    }
  }

  private push(place: number): void {
    const queue = this.queueOf(place);
    this.older[place] = queue.last;
    this.newer[place] = NOWHERE;
    if (queue.last === NOWHERE) queue.first = place;
    else this.newer[queue.last] = place;
    queue.last = place;
  }

  private leaveQueue(place: number): void {
    const queue = this.queueOf(place);
    const [older, newer] = [this.older[place]!, this.newer[place]!];
    if (older === NOWHERE) queue.first = newer;
    else this.newer[older] = newer;
    if (newer === NOWHERE) queue.last = older;
    else this.older[newer] = older;
  }

  /** Makes room for twice as many. Only a full table grows, so that every place is in use. */
  private grow(): void {
    const before = this.capacity;
    this.capacity *= 2;
    this.keys = new PairKeys(this.capacity, this.keys);
    const isQuery = new Uint8Array(this.capacity);
    isQuery.set(this.isQuery);
    this.isQuery = isQuery;
    const deadlines = new Float64Array(this.capacity);
    deadlines.set(this.deadlines);
    this.deadlines = deadlines;
    this.older = grownInts(this.older, this.capacity);
    this.newer = grownInts(this.newer, this.capacity);
    const { buckets, nexts } = this;
    this.buckets = new Int32Array(this.capacity).fill(NOWHERE);
    this.nexts = new Int32Array(this.capacity).fill(NOWHERE);
    // Bucket by bucket, so that who waits longer stays in front.
    for (let bucket = 0; bucket < before; bucket += 1)
      for (let place = buckets[bucket]!; place !== NOWHERE; place = nexts[place]!) this.append(place);
  }
}
