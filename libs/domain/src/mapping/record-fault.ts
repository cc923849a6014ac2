import { type RecordPath, refuse, type Refusal } from '#contracts';

/** Characters of a value that a reason cites. */
const CITED_MAX = 40;

/** A value as a reason shows it. */
export const cite = (value: unknown): string => {
  if (value === undefined) return 'nothing there';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, CITED_MAX));
  return typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : `a ${Array.isArray(value) ? 'list' : 'record'}`;
};

/** Where a value was looked for. */
export const placesOf = (path: RecordPath): string =>
  (typeof path === 'string' ? path : path.join(' or ')).slice(0, 200);

/** A value that is not what it should be: field, place, value, and what was expected. */
export const unreadable = (field: string, path: RecordPath, value: unknown, expected: string): Refusal =>
  refuse('BODY_INVALID', `${field} (${placesOf(path)}): ${cite(value)}: expected ${expected}`);
