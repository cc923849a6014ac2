import { FNV_BASIS, hashOn, LABEL_OCTETS_MAX, labelsOf, lower, NAME_OCTETS_MAX } from './dns-name.js';

/** The zone of a name, and whether the node answers for it. */
export interface FoundZone {
  readonly zone: string;
  readonly isAssigned: boolean;
}

/** Finds the zone of a name that stands in `bytes` from `offset` on, without pointers. */
export type FindZone = (bytes: Uint8Array, offset: number, octets: number) => FoundZone;

interface KnownZone extends FoundZone {
  /** Lower case, the closing zero included. */
  readonly wire: Uint8Array;
}

/** The root, and the zone of what has no name. */
export const NO_ZONE = '.';
/** Longest zone a batch may name. */
const ZONE_CHARACTERS_MAX = 255;
/** Foreign zones whose text is kept; one more, and all are forgotten, which costs time and nothing else. */
const FOREIGN_KEPT_MAX = 4_096;

/** A zone name as batches carry it: lower case, no trailing dot. */
export const normalizeZone = (zone: string): string =>
  zone
    .trim()
    .toLowerCase()
    .replace(/(?<=.)\.$/, '');

/** The wire form of a zone; undefined when its text is not how `labelsOf` would write it: no name lies in such a zone. */
const wireOf = (zone: string): Uint8Array | undefined => {
  const labels = zone.split('.').map((label) => {
    const octets = label.match(/\\\d{3}|[^]/g) ?? [];
    return octets.map((text) => (text.length === 4 ? Number(text.slice(1)) : text.charCodeAt(0)));
  });
  if (labels.some(({ length }) => length === 0 || length > LABEL_OCTETS_MAX)) return undefined;
  const wire = Uint8Array.from([...labels.flatMap((label) => [label.length, ...label]), 0]);
  if (wire.length > NAME_OCTETS_MAX) return undefined;
  return labelsOf(wire, { offset: 0, octets: wire.length }).join('.') === zone ? wire : undefined;
};

const isAt = (bytes: Uint8Array, from: number, to: number, wire: Uint8Array): boolean => {
  if (wire.length !== to - from) return false;
  for (let i = 0; i < wire.length; i += 1) if (lower(bytes[from + i] ?? 0) !== wire[i]) return false;
  return true;
};

const hashOf = (bytes: Uint8Array, from: number, to: number): number => {
  let hash = FNV_BASIS;
  for (let at = from; at < to; at += 1) hash = hashOn(hash, bytes[at] ?? 0);
  return hash;
};

/** Zones of one length, by the hashes of their wire forms. */
type ZonesOfLength = Map<number, readonly KnownZone[]>;

const byOctets = (zones: Iterable<string>): (ZonesOfLength | undefined)[] => {
  const known: (ZonesOfLength | undefined)[] = Array.from({ length: NAME_OCTETS_MAX + 1 });
  for (const zone of zones) {
    const wire = wireOf(zone);
    if (wire === undefined) continue;
    const hash = hashOf(wire, 0, wire.length);
    const ofLength = (known[wire.length] ??= new Map());
    ofLength.set(hash, [...(ofLength.get(hash) ?? []), { zone, isAssigned: true, wire }]);
  }
  return known;
};

const zoneAt = (bytes: Uint8Array, from: number, to: number, zones: ZonesOfLength): FoundZone | undefined => {
  for (const zone of zones.get(hashOf(bytes, from, to)) ?? []) if (isAt(bytes, from, to, zone.wire)) return zone;
  return undefined;
};

/** The zones of nobody, which names lie in that the server is asked for all the same. */
const createForeignZones = (): ((bytes: Uint8Array, from: number, to: number) => FoundZone) => {
  const kept = new Map<number, KnownZone>();
  return (bytes, from, to) => {
    const hash = hashOf(bytes, from, to);
    const known = kept.get(hash);
    if (known !== undefined && isAt(bytes, from, to, known.wire)) return known;
    const text = labelsOf(bytes, { offset: from, octets: to - from }).join('.');
    const zone = text !== '' && text.length <= ZONE_CHARACTERS_MAX ? text : NO_ZONE;
    const foreign = { zone, isAssigned: false, wire: Uint8Array.from(bytes.subarray(from, to), lower) };
    if (kept.size >= FOREIGN_KEPT_MAX) kept.clear();
    kept.set(hash, foreign);
    return foreign;
  };
};

/**
 * The longest of the zones assigned to the node that the name lies in. A name in none of them gets its last two labels, which for
 * most names is what was registered (`shop.example`, but also `co.uk`), where the whole would be a zone for every query: such names
 * are foreign, and counted beside the success.
 */
export const createZoneFinder = (assigned: Iterable<string>): FindZone => {
  const names = new Set([...assigned].map(normalizeZone));
  const zones = byOctets(names);
  const root: FoundZone | undefined = names.has(NO_ZONE) ? { zone: NO_ZONE, isAssigned: true } : undefined;
  const foreignZone = createForeignZones();

  return (bytes, offset, octets) => {
    const end = offset + octets;
    let [last, lastButOne] = [offset, offset];
    for (let at = offset; at < end - 1; at += 1 + (bytes[at] ?? 0)) {
      // Only what is as long as a zone can be one: most names are hashed once at most.
      const ofLength = zones[end - at];
      const found = ofLength === undefined ? undefined : zoneAt(bytes, at, end, ofLength);
      if (found !== undefined) return found;
      lastButOne = last;
      last = at;
    }
    return root ?? foreignZone(bytes, lastButOne, end);
  };
};
