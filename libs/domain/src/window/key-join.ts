import { KEY_SEPARATOR } from '#contracts';

/** Most joined keys that are remembered: zones times releases of a large fleet, about 50 MB. Beyond it all are forgotten. */
const JOINS_MAX = 400_000;

/**
 * Joins the parts of a cross product's key and remembers the result: the same string object again costs neither the joining nor
 * the hashing, which would otherwise be the most expensive part of a batch.
 */
export const createKeyJoin = (): ((left: string, right: string) => string) => {
  const byRight = new Map<string, Map<string, string>>();
  let count = 0;
  return (left, right) => {
    const byLeft = byRight.get(right) ?? new Map<string, string>();
    const known = byLeft.get(left);
    if (known !== undefined) return known;
    if (count >= JOINS_MAX) {
      byRight.clear();
      byLeft.clear();
      count = 0;
    }
    const joined = `${left}${KEY_SEPARATOR}${right}`;
    byRight.set(right, byLeft.set(left, joined));
    count += 1;
    return joined;
  };
};
