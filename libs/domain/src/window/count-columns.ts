/**
 * Columns of one slot and family. Nodes say themselves which release they run and where they stand, so a broken one could invent many: a
 * fleet has some tens of regions and a handful of releases at a time. Customers of open slots are the most that this bounds: 64 regions
 * and 64 releases of 10,000 customers are 5 MB a slot, 300 MB if every second of a minute has them; 64 releases of 50,000 zones 13 MB.
 */
export const COLUMNS_MAX = 64;
/** Emptied columns that are kept. */
const SPARE_MAX = 8;
/** The column that all labels beyond the bound share; its rows are told as `OTHER_KEY`. */
export const BEYOND = -1;

/** Counts of a cross product: one column per label of its right part (region, release). */
export class CountColumns<Counts> {
  private readonly byLabel = new Map<number, Counts>();
  /** Emptied ones, to be used again. */
  private readonly spare: Counts[] = [];

  constructor(private readonly make: () => Counts) {}

  get size(): number {
    return this.byLabel.size;
  }

  /** The column of a label; beyond the bound it is the one that they share. */
  of(label: number): Counts {
    const known = this.byLabel.get(label);
    if (known !== undefined) return known;
    if (label !== BEYOND && this.byLabel.size - (this.byLabel.has(BEYOND) ? 1 : 0) >= COLUMNS_MAX)
      return this.of(BEYOND);
    const counts = this.spare.pop() ?? this.make();
    this.byLabel.set(label, counts);
    return counts;
  }

  /** Forgets the labels; some of their columns, which `empty` empties, are used again. */
  clear(empty: (counts: Counts) => void): void {
    for (const counts of this.byLabel.values()) {
      if (this.spare.length >= SPARE_MAX) break;
      empty(counts);
      this.spare.push(counts);
    }
    this.byLabel.clear();
  }

  /** Whether a column is the one that labels beyond the bound share. */
  isBeyond(counts: Counts): boolean {
    return this.byLabel.get(BEYOND) === counts;
  }

  /** Gives every column the number of its label in another space, and its rows theirs. */
  relabel(numberOf: (label: number) => number, renumbered: (counts: Counts) => Counts): void {
    const before = [...this.byLabel];
    this.byLabel.clear();
    for (const [label, counts] of before)
      this.byLabel.set(label === BEYOND ? BEYOND : numberOf(label), renumbered(counts));
  }

  get entries(): Iterable<readonly [label: number, counts: Counts]> {
    return this.byLabel;
  }

  get values(): Iterable<Counts> {
    return this.byLabel.values();
  }
}
