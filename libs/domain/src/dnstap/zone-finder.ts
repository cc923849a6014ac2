/** The zone of a name, and whether the node answers for it. */
export interface FoundZone {
  readonly zone: string;
  readonly isAssigned: boolean;
}

/** Finds the zone of a name. */
export type FindZone = (labels: readonly string[]) => FoundZone;

/** Most of a name that is nobody's zone: below this many labels it would be a name of its own for every query. */
const FALLBACK_LABELS = 2;
/** The root, and the zone of what has no name. */
export const NO_ZONE = '.';
/** Longest zone a batch may name. */
const ZONE_CHARACTERS_MAX = 255;

/** A zone name as batches carry it: lower case, no trailing dot. */
export const normalizeZone = (zone: string): string =>
  zone
    .trim()
    .toLowerCase()
    .replace(/(?<=.)\.$/, '');

/**
 * The longest of the zones assigned to the node that the name lies in. A name in none of them gets its last two labels, which for
 * most names is what was registered (`shop.example`, but also `co.uk`): such names are foreign, and counted beside the success.
 */
export const createZoneFinder = (assigned: Iterable<string>): FindZone => {
  const zones = new Set([...assigned].map(normalizeZone));
  return (labels) => {
    for (let i = 0; i < labels.length; i += 1) {
      const zone = labels.slice(i).join('.');
      if (zones.has(zone)) return { zone, isAssigned: true };
    }
    if (zones.has(NO_ZONE)) return { zone: NO_ZONE, isAssigned: true };
    const fallback = labels.slice(-FALLBACK_LABELS).join('.');
    const isNameable = fallback !== '' && fallback.length <= ZONE_CHARACTERS_MAX;
    return { zone: isNameable ? fallback : NO_ZONE, isAssigned: false };
  };
};
