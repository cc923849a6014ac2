/** The indices of a list of keys as they were at some time. */
interface KnownIndices {
  readonly ids: Int32Array;
  given: number;
  freed: number;
}

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
  private given = 0;
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
    this.given += 1;
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
    }
  }

  /** The numbers of a list of keys, -1 for the unknown; looked up again only as far as numbers have changed. */
  ofList(keys: readonly string[]): Int32Array {
    const known = this.lists.get(keys) ?? { ids: new Int32Array(keys.length).fill(-1), given: 0, freed: 0 };
    if (known.given === this.given && known.freed === this.freed) return known.ids;
    const isAll = known.freed !== this.freed;
    const { ids } = known;
    for (let i = 0; i < keys.length; i += 1) if (isAll || ids[i] === -1) ids[i] = this.ids.get(keys[i]!) ?? -1;
    this.lists.set(keys, Object.assign(known, { given: this.given, freed: this.freed }));
    return ids;
  }
}
