import { z } from 'zod';
import { refuse, type Refusal } from './problem.js';

/** A part of a list, in the order of the list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Of each item the cursor that goes on behind it. */
  readonly cursors: readonly string[];
  /** Goes on behind the last item; null: there was nothing behind it when this was read. */
  readonly next: string | null;
}

/** A value that a list is ordered by. */
export type CursorValue = string | number | boolean;

/** Longest cursor that is read: the largest order holds a service and a release of 128 characters each, in base64url. */
export const CURSOR_CHARS_MAX = 1_024;

const cursorSchema = z.tuple([z.string()], z.union([z.string(), z.number(), z.boolean()]));

/** A place in a list, opaque to whoever gets it: base64url over the list's name and the values that the list is ordered by. */
export const cursorOf = (list: string, values: readonly CursorValue[]): string =>
  Buffer.from(JSON.stringify([list, ...values])).toString('base64url');

const parsed = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
};

/**
 * The values of a cursor of this list; each is of the same kind as its example, numbers are whole. Anything else, a cursor of another
 * list among it, is refused with CURSOR_INVALID.
 */
export const readCursor = (
  list: string,
  kinds: readonly ('text' | 'number' | 'boolean')[],
  cursor: string,
): readonly CursorValue[] | Refusal => {
  const read = cursorSchema.safeParse(cursor.length > CURSOR_CHARS_MAX ? undefined : parsed(cursor));
  const [name, ...values] = read.data ?? [];
  const isOfList =
    name === list &&
    values.length === kinds.length &&
    values.every((value, index) =>
      kinds[index] === 'text'
        ? typeof value === 'string' && !value.includes('\0')
        : kinds[index] === 'number'
          ? Number.isSafeInteger(value)
          : typeof value === 'boolean',
    );
  return isOfList
    ? values
    : refuse('CURSOR_INVALID', `not a cursor of ${list}: send the next of the page before`, 'after');
};

/** The same page of other items. */
export const mapPage = <T, U>(page: Page<T>, show: (item: T) => U): Page<U> => ({
  ...page,
  items: page.items.map(show),
});
