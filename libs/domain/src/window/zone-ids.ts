import { type ZoneDictionary, zoneHash } from '#contracts';
import { Names } from './names.js';

/** Places of a new table; a power of two. At most half of them are taken. */
const PLACES_FIRST = 1_024;
/** Numbers of a place: hash, and zone + 1; 0 is free. */
const PLACE = 2;

/**
 * Zones by number: 0, 1, 2 … in the order in which they came. Those of customers are found by hash and then compared, from bytes or from a
 * string. Those of nobody are found by name alone, in a map: whoever queries a node invents them, and could make their hashes collide.
 */
export class ZoneIds {
  readonly names = new Names();
  private readonly unowned = new Map<string, number>();
  private placed = 0;
  private places = new Int32Array(PLACE * PLACES_FIRST);

  /** The number of a customer's zone, or -1. */
  find(name: string): number {
    const { places } = this;
    const hash = zoneHash(name);
    for (let at = placeOf(hash, places); ; at = nextPlace(at, places)) {
      const id = places[at + 1]! - 1;
      if (id < 0) return -1;
      if (places[at] === hash && this.names.texts[id] === name) return id;
    }
  }

  /**
   * The number of every entry of a dictionary that is a customer's zone, or -1. First all are looked for by hash and then all compared: the processor waits for many
   * places at a time, which are in no near cache.
   */
  findEntries(dictionary: ZoneDictionary, into: Int32Array): void {
    const { size } = dictionary;
    for (let index = 0; index < size; index += 1) into[index] = this.firstOf(dictionary.hashOf(index));
    for (let index = 0; index < size; index += 1)
      if (into[index]! >= 0 && !this.isSame(dictionary, index, into[index]!))
        into[index] = this.find(dictionary.name(index));
  }

  /** The number of a zone that belongs to nobody, or -1. */
  findUnowned(name: string): number {
    return this.unowned.get(name) ?? -1;
  }

  /** Adds a zone that is not there. */
  add(name: string, isOwned: boolean): number {
    const id = this.names.add(name);
    if (!isOwned) {
      this.unowned.set(name, id);
      return id;
    }
    this.placed += 1;
    if (2 * PLACE * this.placed > this.places.length) this.grow();
    this.place(zoneHash(name), id + 1);
    return id;
  }

  /** How many belong to nobody. */
  get unownedSize(): number {
    return this.unowned.size;
  }

  /** The first zone with a hash, or -1. */
  private firstOf(hash: number): number {
    const { places } = this;
    let at = placeOf(hash, places);
    while (places[at + 1] !== 0 && places[at] !== hash) at = nextPlace(at, places);
    return places[at + 1]! - 1;
  }

  private isSame(dictionary: ZoneDictionary, index: number, id: number): boolean {
    const { view, starts } = this.names;
    const start = starts[id]!;
    return dictionary.isSame(index, view, start, starts[id + 1]! - start);
  }

  private place(hash: number, taken: number): void {
    const { places } = this;
    let at = placeOf(hash, places);
    while (places[at + 1] !== 0) at = nextPlace(at, places);
    places[at] = hash;
    places[at + 1] = taken;
  }

  private grow(): void {
    const old = this.places;
    this.places = new Int32Array(2 * old.length);
    for (let at = 0; at < old.length; at += PLACE) if (old[at + 1] !== 0) this.place(old[at]!, old[at + 1]!);
  }
}

const placeOf = (hash: number, places: Int32Array): number => Math.imul(hash, PLACE) & (places.length - 1);
const nextPlace = (at: number, places: Int32Array): number => (at + PLACE) & (places.length - 1);
