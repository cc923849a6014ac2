import { type ZoneDictionary, zoneHash } from '#contracts';

/** Places of a new table; a power of two. At most half of them are taken. */
const PLACES_FIRST = 1_024;

/** Zones by number: 0, 1, 2 … in the order in which they came. Found by hash and then compared, from bytes or from a string. */
export class ZoneIds {
  readonly names: string[] = [];
  private hashes = new Int32Array(PLACES_FIRST);
  /** Number + 1; 0 is free. */
  private places = new Int32Array(PLACES_FIRST);

  /** The number of a zone, or -1. */
  find(name: string): number {
    const hash = zoneHash(name);
    const mask = this.places.length - 1;
    for (let at = placeOf(hash, mask); ; at = (at + 1) & mask) {
      const id = this.places[at]! - 1;
      if (id < 0) return -1;
      if (this.hashes[id] === hash && this.names[id] === name) return id;
    }
  }

  /** The number of a dictionary's entry, or -1. */
  findEntry(dictionary: ZoneDictionary, index: number): number {
    const hash = dictionary.hashOf(index);
    const mask = this.places.length - 1;
    for (let at = placeOf(hash, mask); ; at = (at + 1) & mask) {
      const id = this.places[at]! - 1;
      if (id < 0) return -1;
      if (this.hashes[id] === hash && dictionary.is(index, this.names[id]!)) return id;
    }
  }

  /** Adds a zone that is not there. */
  add(name: string): number {
    const id = this.names.push(name) - 1;
    if (2 * this.names.length > this.places.length) this.grow();
    this.hashes[id] = zoneHash(name);
    this.place(id);
    return id;
  }

  private place(id: number): void {
    const mask = this.places.length - 1;
    let at = placeOf(this.hashes[id]!, mask);
    while (this.places[at] !== 0) at = (at + 1) & mask;
    this.places[at] = id + 1;
  }

  private grow(): void {
    const hashes = new Int32Array(2 * this.places.length);
    hashes.set(this.hashes);
    this.hashes = hashes;
    this.places = new Int32Array(2 * this.places.length);
    for (let id = 0; id < this.names.length - 1; id += 1) this.place(id);
  }
}

/** The low bits of FNV-1a depend on the last characters most, and names end alike. */
const placeOf = (hash: number, mask: number): number => (hash ^ (hash >>> 15)) & mask;
