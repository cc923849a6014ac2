import { type ZoneDictionary, zoneHash } from '#contracts';

/** Places of a new table; a power of two. At most half of them are taken. */
const PLACES_FIRST = 1_024;
/** Numbers of a place: hash, zone + 1 (0 is free), and where the bytes of its name begin and how many they are. One cache line holds it. */
const PLACE = 4;
/** Bytes for names of a new table. */
const BYTES_FIRST = 16_384;
/** What stands for a character that is not ASCII; no zone on the wire holds it. */
const NOT_ASCII = 0xff;

/** Zones by number: 0, 1, 2 … in the order in which they came. Found by hash and then compared, from bytes or from a string. */
export class ZoneIds {
  readonly names: string[] = [];
  private places = new Int32Array(PLACE * PLACES_FIRST);
  /** The names' bytes, one after the other: comparing bytes with a string takes several times as long. */
  private bytes = new DataView(new ArrayBuffer(BYTES_FIRST));
  private bytesUsed = 0;

  /** The number of a zone, or -1. */
  find(name: string): number {
    const { places } = this;
    const hash = zoneHash(name);
    for (let at = placeOf(hash, places); ; at = nextPlace(at, places)) {
      const id = places[at + 1]! - 1;
      if (id < 0) return -1;
      if (places[at] === hash && this.names[id] === name) return id;
    }
  }

  /** The number of a dictionary's entry, or -1. */
  findEntry(dictionary: ZoneDictionary, index: number): number {
    const { places } = this;
    const hash = dictionary.hashOf(index);
    for (let at = placeOf(hash, places); ; at = nextPlace(at, places)) {
      const id = places[at + 1]! - 1;
      if (id < 0) return -1;
      if (places[at] === hash && dictionary.isSame(index, this.bytes, places[at + 2]!, places[at + 3]!)) return id;
    }
  }

  /** Adds a zone that is not there. */
  add(name: string): number {
    const id = this.names.push(name) - 1;
    if (2 * PLACE * this.names.length > this.places.length) this.grow();
    this.place(zoneHash(name), id + 1, this.store(name), name.length);
    return id;
  }

  private place(hash: number, taken: number, from: number, length: number): void {
    const { places } = this;
    let at = placeOf(hash, places);
    while (places[at + 1] !== 0) at = nextPlace(at, places);
    places[at] = hash;
    places[at + 1] = taken;
    places[at + 2] = from;
    places[at + 3] = length;
  }

  private store(name: string): number {
    const from = this.bytesUsed;
    const to = from + name.length;
    if (to > this.bytes.byteLength) this.growBytes(to);
    for (let i = 0; i < name.length; i += 1) {
      const code = name.charCodeAt(i);
      this.bytes.setUint8(from + i, code < 0x80 ? code : NOT_ASCII);
    }
    this.bytesUsed = to;
    return from;
  }

  private grow(): void {
    const old = this.places;
    this.places = new Int32Array(2 * old.length);
    for (let at = 0; at < old.length; at += PLACE)
      if (old[at + 1] !== 0) this.place(old[at]!, old[at + 1]!, old[at + 2]!, old[at + 3]!);
  }

  private growBytes(needed: number): void {
    const larger = new Uint8Array(Math.max(needed, 2 * this.bytes.byteLength));
    larger.set(new Uint8Array(this.bytes.buffer));
    this.bytes = new DataView(larger.buffer);
  }
}

const placeOf = (hash: number, places: Int32Array): number => Math.imul(hash, PLACE) & (places.length - 1);
const nextPlace = (at: number, places: Int32Array): number => (at + PLACE) & (places.length - 1);
