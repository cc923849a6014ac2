/** Most rows one list gives: a page of an API; whoever needs more asks by id or reads the events. */
export const LIST_ROWS_MAX = 1_000;

/** A limit from outside, within the bound. */
export const listLimit = (limit: number): number => Math.min(Math.max(Math.trunc(limit), 0), LIST_ROWS_MAX);
