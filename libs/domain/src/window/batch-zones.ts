import { dictionaryOf, type OutcomeBatch, type ZoneDictionary } from '#contracts';
import type { KeySpace } from './key-space.js';

/** Not looked up yet. */
const NOT_ASKED = -2;
/** Registry ids from here on are told apart by hash within a batch. 16 MB. */
const DENSE_IDS_MAX = 1 << 22;
/** Batches after which the stamps begin anew: a stamp has 16 bits, an index the other 16. */
const STAMP_MAX = 0xffff;

const resized = (array: Uint32Array, length: number): Uint32Array<ArrayBuffer> => {
  const larger = new Uint32Array(Math.max(2 * array.length, length));
  larger.set(array);
  return larger;
};

/**
 * The zones of one batch: what comes in as an index into its dictionary, or as sparse registry ids, is numbered 0, 1, 2 … within the
 * batch, and each of them is looked up once.
 */
export class BatchZones {
  size = 0;
  /** Outcome → zone of this batch. */
  ofOutcome: Uint16Array = new Uint16Array(0);
  private scratch = new Uint16Array(0);
  private found = new Int32Array(1_024);
  private ids = new Uint32Array(1_024);
  private stamp = 0;
  /** Registry id → stamp of the batch and index in it. */
  private stamped = new Uint32Array(1_024);
  private readonly sparse = new Map<number, number>();
  private batch: OutcomeBatch | undefined;
  private dictionary: ZoneDictionary | undefined;

  begin(batch: OutcomeBatch): void {
    this.batch = batch;
    this.dictionary = batch.zoneId === undefined ? dictionaryOf(batch) : undefined;
    if (batch.zoneId === undefined) {
      this.ofOutcome = batch.zoneIx;
      this.size = this.dictionary?.size ?? batch.zones.length;
    } else this.numberIds(batch.zoneId);
    if (this.size > this.found.length) this.found = new Int32Array(2 * this.size);
    this.found.fill(NOT_ASKED, 0, this.size);
  }

  /** The zone's number in the space; -1 when it belongs to nobody and has none. */
  zoneOf(index: number, space: KeySpace): number {
    const known = this.found[index]!;
    if (known !== NOT_ASKED) return known;
    const zone = this.lookUp(index, space);
    this.found[index] = zone;
    return zone;
  }

  /** The name of a zone. */
  nameOf(index: number, space: KeySpace): string {
    if (this.batch?.zoneId !== undefined) return space.nameOfRegistry(this.ids[index]!);
    return this.dictionary?.name(index) ?? this.batch?.zones[index] ?? '';
  }

  private lookUp(index: number, space: KeySpace): number {
    if (this.batch?.zoneId !== undefined) return space.zoneOfRegistry(this.ids[index]!);
    const known = this.dictionary === undefined ? -1 : space.zones.findEntry(this.dictionary, index);
    return known >= 0 ? known : space.zoneOfCustomer(this.nameOf(index, space));
  }

  private numberIds(zoneId: Uint32Array): void {
    if (this.stamp === STAMP_MAX) {
      this.stamped.fill(0);
      this.stamp = 0;
    }
    this.stamp += 1;
    this.sparse.clear();
    this.size = 0;
    const n = zoneId.length;
    if (n > this.scratch.length) this.scratch = new Uint16Array(n);
    if (n > this.ids.length) this.ids = new Uint32Array(n);
    const { scratch } = this;
    for (let i = 0; i < n; i += 1) scratch[i] = this.indexOf(zoneId[i]!);
    this.ofOutcome = scratch;
  }

  private indexOf(id: number): number {
    if (id >= DENSE_IDS_MAX) return this.indexOfSparse(id);
    if (id >= this.stamped.length) this.stamped = resized(this.stamped, id + 1);
    const stamped = this.stamped[id]!;
    if (stamped >>> 16 === this.stamp) return stamped & 0xffff;
    const index = this.size;
    this.stamped[id] = (this.stamp << 16) | index;
    this.ids[index] = id;
    this.size = index + 1;
    return index;
  }

  private indexOfSparse(id: number): number {
    const known = this.sparse.get(id);
    if (known !== undefined) return known;
    const index = this.size;
    this.sparse.set(id, index);
    this.ids[index] = id;
    this.size = index + 1;
    return index;
  }
}
