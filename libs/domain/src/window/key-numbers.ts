import type { ChangedCells } from './changed-cells.js';

/** The indices of a list of keys as they were at some time. */
interface KnownIndices {
  readonly ids: Int32Array;
  /** Number → index in the list, -1 where it is none of the list's. May be longer, or shorter, than there are numbers. */
  indices: Int32Array;
  /** Keys without a number, and where they stand. */
  readonly unknown: Map<string, number>;
  /** How many of the keys that were added have been looked at. */
  seen: number;
  readonly freed: number;
}

const place = (known: KnownIndices, index: number, id: number): void => {
  known.ids[index] = id;
  if (id >= known.indices.length) {
    const grown = new Int32Array(Math.max(id + 1, 2 * known.indices.length)).fill(-1);
    grown.set(known.indices);
    known.indices = grown;
  }
  known.indices[id] = index;
};

/**
 * The keys of a family as small numbers, which are indices of columns. Numbers of keys that have no data left are given again.
 */
export class KeyNumbers {
  private readonly ids = new Map<string, number>();
  /** Number → the newest slot with data. */
  private readonly newestSlots: number[] = [];
  private readonly free: number[] = [];
  /** Number → key. */
  private readonly texts: string[] = [];
  private readonly lists = new WeakMap<readonly string[], KnownIndices>();
  /** Numbers of keys in the blocks that are read → number here, -1 where it is not known. */
  private ofNumbered = new Int32Array(0);
  private table: object | undefined;
  /** Keys that got a number since numbers were last freed, so at most as many as there are. */
  private readonly added: string[] = [];
  private freed = 0;

  get size(): number {
    return this.ids.size;
  }

  /** The number of a key, or -1. */
  find(key: string): number {
    return this.ids.get(key) ?? -1;
  }

  /** The number of a numbered key, or -1 when it was not `remember`ed since numbers were last freed. */
  findNumbered(table: object, number: number): number {
    return table === this.table && number < this.ofNumbered.length ? this.ofNumbered[number]! : -1;
  }

  remember(table: object, number: number, id: number): void {
    if (table !== this.table) {
      this.table = table;
      this.ofNumbered.fill(-1);
    }
    if (number >= this.ofNumbered.length) {
      const grown = new Int32Array(Math.max(number + 1, 2 * this.ofNumbered.length)).fill(-1);
      grown.set(this.ofNumbered);
      this.ofNumbered = grown;
    }
    this.ofNumbered[number] = id;
  }

  /** Gives a new key a number. */
  add(key: string): number {
    const id = this.free.pop() ?? this.newestSlots.length;
    this.ids.set(key, id);
    this.newestSlots[id] = Number.NEGATIVE_INFINITY;
    this.texts[id] = key;
    this.added.push(key);
    return id;
  }

  /** The key of a number. */
  textOf(id: number): string {
    return this.texts[id]!;
  }

  /** A key has data in a slot. */
  see(id: number, slot: number): void {
    if (slot > this.newestSlots[id]!) this.newestSlots[id] = slot;
  }

  /** Many keys have data in a slot. */
  seeAll({ ids, size }: ChangedCells, slot: number): void {
    for (let at = 0; at < size; at += 1) this.see(ids[at]!, slot);
  }

  /** Keys with data in a slot or later, in the order in which they came. */
  since(slot: number): readonly string[] {
    return [...this.ids].flatMap(([key, id]) => (this.newestSlots[id]! >= slot ? [key] : []));
  }

  /** Forgets keys without data in a slot or later. */
  forgetBefore(slot: number): void {
    this.ofNumbered.fill(-1);
    for (const [key, id] of this.ids) {
      if (this.newestSlots[id]! >= slot) continue;
      this.ids.delete(key);
      this.free.push(id);
      this.freed += 1;
      this.added.length = 0;
    }
  }

  /** The numbers of a list of different keys, -1 for the unknown; only what was added since is looked at, as long as none is freed. */
  ofList(keys: readonly string[]): Int32Array {
    return this.known(keys).ids;
  }

  /** Where the numbers stand in a list, -1 for those of other keys; it ends where no more are in it. */
  indicesOf(keys: readonly string[]): Int32Array {
    return this.known(keys).indices;
  }

  private known(keys: readonly string[]): KnownIndices {
    const known = this.lists.get(keys);
    if (known === undefined || known.freed !== this.freed) return this.lookUp(keys);
    const { unknown } = known;
    for (; known.seen < this.added.length; known.seen += 1) {
      const key = this.added[known.seen]!;
      const index = unknown.get(key);
      if (index === undefined) continue;
      place(known, index, this.find(key));
      unknown.delete(key);
    }
    return known;
  }

  private lookUp(keys: readonly string[]): KnownIndices {
    const known: KnownIndices = {
      ids: new Int32Array(keys.length).fill(-1),
      indices: new Int32Array(this.newestSlots.length).fill(-1),
      unknown: new Map(),
      seen: this.added.length,
      freed: this.freed,
    };
    keys.forEach((key, index) => {
      const id = this.find(key);
      if (id < 0) known.unknown.set(key, index);
      else place(known, index, id);
    });
    this.lists.set(keys, known);
    return known;
  }
}
