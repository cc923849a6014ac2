import { refuse, type Refusal } from '../problem.js';
import { firstHash, isZoneWord, mixed } from './zone-words.js';

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

const isZone = (zone: string): boolean => {
  const { length } = zone;
  if (length === 0 || length > ZONE_BYTES_MAX) return false;
  for (let i = 0; i < length; i += 1) if (ZONE_BYTE[zone.charCodeAt(i)] === 0) return false;
  return zone.charCodeAt(length - 1) !== DOT || length === 1;
};

/** Numbers of an entry: where its bytes begin and end, and its hash. */
const ENTRY = 3;
/** Room for the entries of a usual batch of 1,000 outcomes. */
const ENTRIES_FIRST = 1_024;
/** What fills up the word of a name of one to three bytes, where zeros would be no zone. */
const FILLED_UP = [0, 0x6161_6100, 0x6161_0000, 0x6100_0000] as const;

/** Not filled with zeros: an entry is written before it is read. */
const roomFor = (entries: number): Int32Array =>
  new Int32Array(Buffer.allocUnsafeSlow(entries * ENTRY * Int32Array.BYTES_PER_ELEMENT).buffer);

/**
 * The dictionary of a batch as it stands on the wire: bytes, checked and hashed in one pass, so that a reader who knows its zones by
 * hash makes no string of any name. Names are made when somebody asks for them.
 */
export class ZoneDictionary {
  size = 0;
  /** Index of the first entry that is no zone, or -1. */
  bad = -1;
  private readonly view: DataView;
  private entries = roomFor(ENTRIES_FIRST);
  private made: readonly string[] | undefined;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Adds the name between two places of the bytes, which must lie within them. */
  add(from: number, to: number): void {
    const { size } = this;
    const at = size * ENTRY;
    if (at === this.entries.length) this.grow();
    const { entries } = this;
    entries[at] = from;
    entries[at + 1] = to;
    entries[at + 2] = this.checkedHash(from, to);
    this.size = size + 1;
  }

  /** The hash of an entry, as `zoneHash` gives it. */
  hashOf(index: number): number {
    return this.entries[index * ENTRY + 2]!;
  }

  /** Whether an entry is the name whose bytes stand in a view from `at` on. */
  isSame(index: number, view: DataView, at: number, length: number): boolean {
    const from = this.entries[index * ENTRY]!;
    if (this.entries[index * ENTRY + 1]! - from !== length) return false;
    let i = 0;
    for (; i + 4 <= length; i += 4) if (this.view.getInt32(from + i) !== view.getInt32(at + i)) return false;
    for (; i < length; i += 1) if (this.view.getUint8(from + i) !== view.getUint8(at + i)) return false;
    return true;
  }

  /** A name of ASCII; every other byte becomes one character above 0x7f, which no zone holds. */
  name(index: number): string {
    const { bytes } = this;
    const from = this.entries[index * ENTRY]!;
    const to = this.entries[index * ENTRY + 1]!;
    return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
  }

  /** All names; made once. */
  names(): readonly string[] {
    this.made ??= Array.from({ length: this.size }, (_unused, index) => this.name(index));
    return this.made;
  }

  /** The hash of a name; when it is no zone, that is remembered. */
  private checkedHash(from: number, to: number): number {
    const { view } = this;
    const length = to - from;
    let hash = firstHash(length);
    let isGood = length > 0 && length <= ZONE_BYTES_MAX;
    for (let at = from; at + 4 < to; at += 4) {
      const word = view.getInt32(at, true);
      isGood &&= isZoneWord(word);
      hash = mixed(hash, word);
    }
    const last = length < 4 ? this.shortWord(from, length) : view.getInt32(to - 4, true);
    isGood &&=
      isZoneWord(length < 4 ? last | FILLED_UP[length]! : last) && (length === 1 || this.bytes[to - 1] !== DOT);
    if (!isGood && this.bad < 0) this.bad = this.size;
    return mixed(hash, last);
  }

  private shortWord(from: number, length: number): number {
    let word = 0;
    for (let i = 0; i < length; i += 1) word |= this.bytes[from + i]! << (8 * i);
    return word;
  }

  private grow(): void {
    const larger = roomFor(2 * this.size);
    larger.set(this.entries);
    this.entries = larger;
  }
}

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
