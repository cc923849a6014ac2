import { OTHER_KEY } from '#contracts';
import { AddedCounts } from './added-counts.js';
import { ChangedCells } from './changed-cells.js';
import { type CellColumns, COUNT, COUNTS_PER_CELL } from './cells.js';
import { KeyNumbers } from './key-numbers.js';
import { MarkedIndexes } from './marked-indexes.js';
import { NarrowCounts } from './narrow-counts.js';
import { ToldCells } from './told-cells.js';
import { BUCKETS_COLUMN, WindowCursor } from './window-cursor.js';
import type { VisitAdded, VisitFailing, WindowSum } from './window-sum.js';

/** What is kept of a family. */
export interface FamilyWindowsOptions {
  /** Windows with running sums, in slots. */
  readonly windows: ReadonlySet<number>;
  readonly slotsKept: number;
  /** Buckets per key; 0 where no percentile is asked for. */
  readonly width: number;
  readonly keysMax: number;
  /** Whether somebody asks what was added. */
  readonly isAddedAsked: boolean;
}

/** Which keys are looked for, in slots. */
interface FailingSlots {
  readonly badMin: number;
  readonly ratioAbove: number | undefined;
  readonly slots: number;
  readonly end: number;
  /** Indexes in the list; undefined = all. */
  readonly among: readonly number[] | undefined;
}

interface Slot {
  readonly slot: number;
  readonly columns: (NarrowCounts | undefined)[];
}

/**
 * Ends of one window that have sums of their own at a time: early decisions look at the newest slot, resolution at three windows
 * before the watermark. One more end takes over the sums of the one that was asked least recently.
 */
const CURSORS_PER_WINDOW = 8;

/** Up to this share of a list its keys are found one by one: the numbers of 10,000 customers in each region are 300 KB to read again and again. */
const FEW_SHARE = 0.05;

/**
 * Up to so many keys are summed from their slots, a few hundred numbers for each. A healthy fleet of 10,000 customers asks for one to
 * three at a time, and running sums of every customer in every region would be moved on for them. Not tuned beyond that.
 */
const ONE_BY_ONE_MAX = 16;

/** One list is looked through at a time, so all families share it. */
const FAILING = new MarkedIndexes();

/** One block is put in place at a time, so all families share it. */
const CHANGED = new ChangedCells();

const isAbove = (good: number, bad: number, ratioAbove: number | undefined): boolean =>
  ratioAbove === undefined || bad > ratioAbove * (good + bad);

const filledOf = ({ buckets }: CellColumns, row: number, width: number): Uint32Array => {
  const filled: number[] = [];
  if (buckets === undefined) return Uint32Array.from(filled);
  for (let i = 0; i < width; i += 1) {
    const count = buckets[row * width + i]!;
    if (count !== 0) filled.push(i, count);
  }
  return Uint32Array.from(filled);
};

/**
 * The slots of all keys of one family, as columns: one array of numbers per slot and count, indexed by the number of the key. A
 * tick touches one slot, and a window that moves on adds and subtracts whole arrays.
 */
export class FamilyWindows {
  private readonly keys = new KeyNumbers();
  private readonly ring: (Slot | undefined)[];
  private cursors: WindowCursor[] = [];
  /** Of the slot that is being changed. */
  private covering: readonly WindowCursor[] = [];
  private changing: Slot | undefined;
  private readonly added = new AddedCounts();
  private isAdding = false;
  private changes = 0;
  private sweptAt = 0;
  overflows = 0;

  constructor(private readonly options: FamilyWindowsOptions) {
    this.ring = Array.from({ length: options.slotsKept }, () => undefined);
  }

  /** Puts cells in the place of what the same source told of the same slot; what is too old or too new is not told as added. */
  replace(slot: number, told: ToldCells, cells: CellColumns, isFresh = true): void {
    this.begin(slot);
    this.isAdding = isFresh && this.options.isAddedAsked;
    told.reserve(cells.size);
    CHANGED.begin(cells.size);
    for (let row = 0; row < cells.size; row += 1) {
      const isOverflowed = told.hasOverflowed && told.isOverflowed(cells.keys[row]!);
      const id = isOverflowed ? -1 : this.idOfRow(cells, row);
      if (id < 0) this.replaceOverflowed(slot, told.overflowed(cells.keys[row]!), cells, row);
      else CHANGED.add(row, id);
    }
    this.keys.seeAll(CHANGED, slot);
    told.findPlaces(CHANGED);
    for (let column = 0; column < COUNTS_PER_CELL; column += 1) {
      told.replaceColumn(column, cells.counts, CHANGED);
      if (CHANGED.changed > 0) this.changeAll(column, CHANGED);
    }
    if (this.options.width > 0) this.replaceBuckets(told, cells, CHANGED);
  }

  /** Keys with data in a slot or later. */
  keysSince(slot: number): readonly string[] {
    return this.keys.since(slot);
  }

  sum(key: string, slots: number, end: number): WindowSum | undefined {
    const id = this.keys.find(key);
    if (id < 0) return undefined;
    const cursor = this.cursorAt(slots, end);
    const of = (column: number): number => cursor.sum(column, id);
    return { good: of(COUNT.good), bad: of(COUNT.bad), excluded: of(COUNT.excluded), timeout: of(COUNT.timeout) };
  }

  /** Those of a list of keys that fail so often, in the order of the list. */
  eachFailing(keys: readonly string[], place: FailingSlots, visit: VisitFailing): void {
    const { among } = place;
    if (among === undefined) this.eachOfAll(keys, place, visit);
    else if (among.length <= ONE_BY_ONE_MAX) this.eachOneByOne(keys, among, place, visit);
    else this.eachAmong(keys, among, place, visit);
  }

  /** From one end of the sums to the other: of a large fleet they are in no cache, and to jump about in them is slower. */
  private eachOfAll(keys: readonly string[], place: FailingSlots, visit: VisitFailing): void {
    const { badMin, ratioAbove } = place;
    const cursor = this.cursorAt(place.slots, place.end);
    const [goods, bads] = [cursor.column(COUNT.good), cursor.column(COUNT.bad)];
    const [indices, ids] = [this.keys.indicesOf(keys), this.keys.ofList(keys)];
    FAILING.begin(keys.length);
    for (let id = 0; id < indices.length; id += 1) {
      const bad = id < bads.length ? bads[id]! : 0;
      if (bad < badMin || indices[id]! < 0) continue;
      const good = id < goods.length ? goods[id]! : 0;
      if (isAbove(good, bad, ratioAbove)) FAILING.add(indices[id]!);
    }
    FAILING.take((index) => visit(index, cursor.sum(COUNT.good, ids[index]!), cursor.sum(COUNT.bad, ids[index]!)));
  }

  private eachAmong(keys: readonly string[], among: readonly number[], place: FailingSlots, visit: VisitFailing): void {
    const { badMin, ratioAbove } = place;
    const cursor = this.cursorAt(place.slots, place.end);
    // A list is worth looking up when many of it are asked for.
    const ids = among.length < FEW_SHARE * keys.length ? undefined : this.keys.ofList(keys);
    for (const index of among) {
      const id = ids === undefined ? this.keys.find(keys[index]!) : ids[index]!;
      const bad = id < 0 ? 0 : cursor.sum(COUNT.bad, id);
      if (bad < badMin) continue;
      const good = cursor.sum(COUNT.good, id);
      if (isAbove(good, bad, ratioAbove)) visit(index, good, bad);
    }
  }

  /** From the slots themselves: sums of every key, moved on all the time, are too much for a few that are asked for. */
  private eachOneByOne(
    keys: readonly string[],
    among: readonly number[],
    { badMin, ratioAbove, slots, end }: FailingSlots,
    visit: VisitFailing,
  ): void {
    for (const index of among) {
      const id = this.keys.find(keys[index]!);
      if (id < 0) continue;
      const bad = this.sumOfSlots(COUNT.bad, id, slots, end);
      if (bad < badMin) continue;
      const good = this.sumOfSlots(COUNT.good, id, slots, end);
      if (isAbove(good, bad, ratioAbove)) visit(index, good, bad);
    }
  }

  private sumOfSlots(column: number, id: number, slots: number, end: number): number {
    let sum = 0;
    for (let slot = end - slots + 1; slot <= end; slot += 1) sum += this.columnsOf(slot)?.[column]?.get(id) ?? 0;
    return sum;
  }

  /** Visits what was added since the last time. */
  eachAdded(visit: VisitAdded): void {
    this.added.take(this.keyOf, visit);
  }

  /** The histogram of a window; valid until the next change. */
  buckets(key: string, slots: number, end: number): Float64Array {
    const id = this.keys.find(key);
    const { width } = this.options;
    return id < 0 ? new Float64Array(0) : this.cursorAt(slots, end).sumsOf(BUCKETS_COLUMN, id * width, width);
  }

  /** Forgets slots before one, keys that have none left, and sums that nobody asked for since the last time. */
  forgetBefore(slot: number): void {
    for (const held of this.ring) if (held !== undefined && held.slot < slot) this.drop(held);
    this.cursors = this.cursors.filter(({ usedAt }) => usedAt > this.sweptAt);
    this.sweptAt = this.changes;
    this.keys.forgetBefore(slot);
  }

  private begin(slot: number): void {
    this.changes += 1;
    const index = slot % this.options.slotsKept;
    const held = this.ring[index];
    if (held !== undefined && held.slot !== slot) this.drop(held);
    this.changing = this.ring[index] ??= { slot, columns: [] };
    this.covering = this.cursors.filter((cursor) => cursor.covers(slot));
  }

  private drop(held: Slot): void {
    this.ring[held.slot % this.options.slotsKept] = undefined;
    this.cursors = this.cursors.filter((cursor) => !cursor.covers(held.slot));
  }

  private idOfRow({ numbers, keys }: CellColumns, row: number): number {
    if (numbers === undefined) return this.idOf(keys[row]!);
    const known = this.keys.findNumbered(numbers.table, numbers.of[row]!);
    if (known >= 0) return known;
    const id = this.idOf(keys[row]!);
    if (id >= 0) this.keys.remember(numbers.table, numbers.of[row]!, id);
    return id;
  }

  private idOf(key: string): number {
    const known = this.keys.find(key);
    if (known >= 0) return known;
    if (this.keys.size >= this.options.keysMax) {
      this.overflows += 1;
      return -1;
    }
    return this.keys.add(key);
  }

  private replaceBuckets(told: ToldCells, cells: CellColumns, { ids, rows, size }: ChangedCells): void {
    for (let at = 0; at < size; at += 1) {
      const [id, after] = [ids[at]!, filledOf(cells, rows[at]!, this.options.width)];
      this.changeBuckets(id, told.filled(id), -1);
      this.changeBuckets(id, after, 1);
      told.setFilled(id, after);
    }
  }

  private replaceOverflowed(slot: number, before: number[], cells: CellColumns, row: number): void {
    const known = this.keys.find(OTHER_KEY);
    const id = known >= 0 ? known : this.keys.add(OTHER_KEY);
    this.keys.see(id, slot);
    for (let column = 0; column < COUNTS_PER_CELL; column += 1) {
      const after = cells.counts[row * COUNTS_PER_CELL + column]!;
      this.change(column, id, after - before[column]!);
      before[column] = after;
    }
  }

  private changeBuckets(id: number, filled: Uint32Array, sign: 1 | -1): void {
    const first = id * this.options.width;
    for (let i = 0; i < filled.length; i += 2) this.change(BUCKETS_COLUMN, first + filled[i]!, sign * filled[i + 1]!);
  }

  private change(column: number, index: number, delta: number): void {
    const { columns } = this.changing!;
    const counts = (columns[column] ??= new NarrowCounts(index + 1));
    counts.set(index, counts.get(index) + delta);
    for (const cursor of this.covering) cursor.add(column, index, delta);
    if (this.isAdding) this.added.add(column, index, delta);
  }

  private changeAll(column: number, changed: ChangedCells): void {
    const { columns } = this.changing!;
    (columns[column] ??= new NarrowCounts(changed.idsEnd)).addAll(changed);
    for (const cursor of this.covering) cursor.addAll(column, changed);
    if (this.isAdding) this.added.addAll(column, changed);
  }

  private readonly keyOf = (id: number): string => this.keys.textOf(id);

  private readonly columnsOf = (slot: number): Slot['columns'] | undefined => {
    const held = this.ring[slot % this.options.slotsKept];
    return held?.slot === slot ? held.columns : undefined;
  };

  /** The sums of a window; those of an earlier end are moved on, unless they were asked for since the last change. */
  private cursorAt(slots: number, end: number): WindowCursor {
    const cursor = this.cursors.find((each) => each.slots === slots && each.end === end) ?? this.cursorNear(slots, end);
    cursor.usedAt = this.changes;
    return cursor;
  }

  private cursorNear(slots: number, end: number): WindowCursor {
    const same = this.cursors.filter((cursor) => cursor.slots === slots);
    const byDistance = same.toSorted((a, b) => Math.abs(a.end - end) - Math.abs(b.end - end));
    const earlier = byDistance.find((each) => each.end < end && each.usedAt < this.changes);
    const oldest = same.length < CURSORS_PER_WINDOW ? undefined : same.toSorted((a, b) => a.usedAt - b.usedAt)[0];
    const moved = earlier ?? oldest;
    const cursor = moved ?? byDistance[0]?.copy() ?? new WindowCursor(slots, Number.NEGATIVE_INFINITY, this.columnsOf);
    cursor.moveTo(end);
    if (moved === undefined && this.options.windows.has(slots)) this.cursors.push(cursor);
    return cursor;
  }
}
