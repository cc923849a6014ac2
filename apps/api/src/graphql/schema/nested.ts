import { refuse, type Refusal } from '#contracts';
import { accepted, refused } from '#runtime';
import { BESIDE_ROWS_MAX } from '#store';
import { Arg, maybe, whole } from './define.js';

/** Rows beside a thing unless more is asked for. */
export const NESTED_DEFAULT = 10;

/** A parameter: how many of what belongs to a thing. */
export const First = Arg('first', maybe(whole(`At most ${BESIDE_ROWS_MAX}; ${NESTED_DEFAULT} unless told.`)));

/** So many of them. */
export const firstOf = <T>(rows: readonly T[], first: number | null | undefined): readonly T[] => {
  const count = first ?? NESTED_DEFAULT;
  if (count < 1 || count > BESIDE_ROWS_MAX)
    throw refused('QUERY_INVALID', `expected 1 to ${BESIDE_ROWS_MAX}, not ${count}`, 'first');
  return rows.slice(0, count);
};

/** The thing; ends the request where there is none. */
export const found = <T>(thing: T | Refusal | undefined, what: string): T =>
  accepted(thing ?? refuse('NOT_FOUND', `there is no ${what}`));
