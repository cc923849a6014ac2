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

/** Most of a name that is nobody's zone: below this many labels it would be a name of its own for every query. */
const FALLBACK_LABELS = 2;
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

/** Of a whole name, from its end: then the hashes of all zones that it lies in come up on the way. */
const hashBack = (bytes: Uint8Array, from: number, to: number, hash = FNV_BASIS): number => {
  for (let at = to - 1; at >= from; at -= 1) hash = hashOn(hash, bytes[at] ?? 0);
  return hash;
};

const byHash = (zones: Iterable<string>): Map<number, KnownZone[]> => {
  const known = new Map<number, KnownZone[]>();
  for (const zone of zones) {
    const wire = wireOf(zone);
    if (wire === undefined) continue;
    const hash = hashBack(wire, 0, wire.length - 1);
    known.set(hash, [...(known.get(hash) ?? []), { zone, isAssigned: true, wire }]);
  }
  return known;
};

/** The zones of nobody, which names lie in that the server is asked for all the same. */
const createForeignZones = (): ((bytes: Uint8Array, from: number, to: number, hash: number) => FoundZone) => {
  const kept = new Map<number, KnownZone>();
  return (bytes, from, to, hash) => {
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
 * most names is what was registered (`shop.example`, but also `co.uk`): such names are foreign, and counted beside the success.
 */
export const createZoneFinder = (assigned: Iterable<string>): FindZone => {
  const names = new Set([...assigned].map(normalizeZone));
  const zones = byHash(names);
  const root: FoundZone | undefined = names.has(NO_ZONE) ? { zone: NO_ZONE, isAssigned: true } : undefined;
  const foreignZone = createForeignZones();
  /** Where the labels of the name begin; a name has fewer than octets. */
  const starts = new Uint8Array(NAME_OCTETS_MAX);

  return (bytes, offset, octets) => {
    const end = offset + octets;
    let labels = 0;
    for (let at = offset; at < end - 1; at += 1 + (bytes[at] ?? 0)) starts[labels++] = at - offset;
    const fallback = Math.max(0, labels - FALLBACK_LABELS);
    let [found, hash, fallbackHash] = [root, FNV_BASIS, FNV_BASIS];
    for (let i = labels - 1, to = end - 1; i >= 0; i -= 1) {
      const from = offset + (starts[i] ?? 0);
      hash = hashBack(bytes, from, to, hash);
      found = zones.get(hash)?.find(({ wire }) => isAt(bytes, from, end, wire)) ?? found;
      if (i === fallback) fallbackHash = hash;
      to = from;
    }
    if (found !== undefined) return found;
    const from = labels === 0 ? offset : offset + (starts[fallback] ?? 0);
    return foreignZone(bytes, from, end, fallbackHash);
  };
};
