import type { OutcomeBatch } from '../outcome.js';
import { refuse, type Refusal } from '../problem.js';

/** FNV-1a, 32 bits: offset basis and prime. */
const FNV_BASIS = 0x811c_9dc5;
const FNV_PRIME = 0x0100_0193;
/** Longest name: that of DNS. */
const ZONE_BYTES_MAX = 255;
/** A dictionary larger than its 16-bit index is a mistake. */
const ZONES_MAX = 65_536;
/** Characters of a zone that a refusal cites: one that is refused may be as large as the batch, and escaping makes it six times that. */
const CITED_MAX = 64;
const DOT = 0x2e;

/** 1 at every byte a zone may hold: lower case, printable, no `|`. */
const ZONE_BYTE = new Uint8Array(65_536);
for (let code = 0x21; code < 0x7f; code += 1) if (code !== 0x7c && (code < 0x41 || code > 0x5a)) ZONE_BYTE[code] = 1;

/** The hash by which zones are found, of a name; that of its bytes is the same. */
export const zoneHash = (zone: string): number => {
  let hash = FNV_BASIS;
  for (let i = 0; i < zone.length; i += 1) hash = Math.imul(hash ^ zone.charCodeAt(i), FNV_PRIME);
  return hash | 0;
};

const isZone = (zone: string): boolean => {
  const { length } = zone;
  if (length === 0 || length > ZONE_BYTES_MAX) return false;
  for (let i = 0; i < length; i += 1) if (ZONE_BYTE[zone.charCodeAt(i)] === 0) return false;
  return zone.charCodeAt(length - 1) !== DOT || length === 1;
};

const NOTHING = new Int32Array(0);
/** Room for the entries of a usual batch. */
const ENTRIES_FIRST = 256;

const grown = (array: Int32Array): Int32Array<ArrayBuffer> => {
  const larger = new Int32Array(Math.max(ENTRIES_FIRST, 2 * array.length));
  larger.set(array);
  return larger;
};

/**
 * The dictionary of a batch as it stands on the wire: bytes, checked and hashed in one pass, so that a reader who knows its zones by
 * hash makes no string of any name. Names are made when somebody asks for them.
 */
export class ZoneDictionary {
  size = 0;
  private from = NOTHING;
  private to = NOTHING;
  private hash = NOTHING;
  private firstBad = -1;
  private made: readonly string[] | undefined;

  constructor(readonly bytes: Uint8Array) {}

  add(from: number, to: number): void {
    const { bytes, size } = this;
    if (size === this.from.length) this.grow();
    let hash = FNV_BASIS;
    let isGood = to > from && to - from <= ZONE_BYTES_MAX && (bytes[to - 1] !== DOT || to - from === 1);
    for (let i = from; i < to; i += 1) {
      const byte = bytes[i]!;
      hash = Math.imul(hash ^ byte, FNV_PRIME);
      if (ZONE_BYTE[byte] === 0) isGood = false;
    }
    if (!isGood && this.firstBad < 0) this.firstBad = size;
    this.from[size] = from;
    this.to[size] = to;
    this.hash[size] = hash;
    this.size = size + 1;
  }

  /** Index of the first entry that is no zone, or -1. */
  get bad(): number {
    return this.firstBad;
  }

  hashOf(index: number): number {
    return this.hash[index]!;
  }

  /** Whether an entry is this name, byte by byte. */
  is(index: number, name: string): boolean {
    const from = this.from[index]!;
    const length = this.to[index]! - from;
    if (name.length !== length) return false;
    for (let i = 0; i < length; i += 1) if (this.bytes[from + i] !== name.charCodeAt(i)) return false;
    return true;
  }

  /** A name of ASCII; every other byte becomes one character above 0x7f, which no zone holds. */
  name(index: number): string {
    const { bytes } = this;
    const at = this.from[index]!;
    return Buffer.from(bytes.buffer, bytes.byteOffset + at, this.to[index]! - at).toString('latin1');
  }

  /** All names; made once. */
  names(): readonly string[] {
    this.made ??= Array.from({ length: this.size }, (_unused, index) => this.name(index));
    return this.made;
  }

  private grow(): void {
    this.from = grown(this.from);
    this.to = grown(this.to);
    this.hash = grown(this.hash);
  }
}

/** Beside a batch and not in it: who copies a batch with other zones has a batch without a dictionary. */
const DICTIONARIES = new WeakMap<OutcomeBatch, ZoneDictionary>();

/** Remembers the dictionary from whose bytes a batch was read. */
export const keepDictionary = (batch: OutcomeBatch, dictionary: ZoneDictionary): void => {
  DICTIONARIES.set(batch, dictionary);
};

/** The dictionary of a batch that was read from bytes; undefined for any other, whose `zones` say the same. */
export const dictionaryOf = (batch: OutcomeBatch): ZoneDictionary | undefined => DICTIONARIES.get(batch);

/** Names that were read as strings, or a dictionary of bytes. */
export type ZoneNames = readonly string[] | ZoneDictionary;

const isDictionary = (zones: ZoneNames): zones is ZoneDictionary => zones instanceof ZoneDictionary;

/** How many zones there are. */
export const zonesIn = (zones: ZoneNames): number => (isDictionary(zones) ? zones.size : zones.length);

/** Everything a dictionary must fulfil; the first fault is named. */
export const checkZones = (zones: ZoneNames, hasIds: boolean): Refusal | undefined => {
  const size = zonesIn(zones);
  if (size > ZONES_MAX) return refuse('COLUMN_LENGTH', `${size} zones: at most ${ZONES_MAX}`, 'column zones');
  if (hasIds && size > 0) return refuse('BODY_INVALID', 'zone_id replaces zones: send one of them', 'column zones');
  const index = isDictionary(zones) ? zones.bad : zones.findIndex((zone) => !isZone(zone));
  if (index < 0) return undefined;
  const zone = isDictionary(zones) ? zones.name(index) : zones[index];
  const expected = 'lower case, no trailing dot, 1 to 255 printable characters without `|`';
  const cited = JSON.stringify(zone?.slice(0, CITED_MAX));
  return refuse('COLUMN_VALUE', `entry ${index} is ${cited}: expected ${expected}`, 'column zones');
};
