import type { RecordPath } from '#contracts';

/** Reads one value of a record; undefined when there is none, or null. */
export type ReadValue = (record: unknown) => unknown;

const step = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, unknown>>)[key]
    : undefined;

const readPlace = (place: string): ReadValue => {
  const keys = place.split('.');
  return (record) => {
    // Flat records have whole paths for keys.
    const flat = step(record, place);
    if (flat !== undefined || keys.length === 1) return flat;
    let value = record;
    for (const key of keys) value = step(value, key);
    return value;
  };
};

/** The reader of a path: the first of its places that holds something. It follows own keys alone, and never more of them than the path has. */
export const readPath = (path: RecordPath): ReadValue => {
  const places = (typeof path === 'string' ? [path] : path).map(readPlace);
  return (record) => {
    for (const read of places) {
      const value = read(record);
      if (value !== undefined && value !== null) return value;
    }
    return undefined;
  };
};

/** The reader of a path that a mapping may leave out. */
export const readOptional = (path: RecordPath | undefined): ReadValue =>
  path === undefined ? () => undefined : readPath(path);
