/** The time that a page shows, as its address says it: a length before now, or from when to when. */
export interface RangeSearch {
  /** `10m`, `1h`, `24h`. */
  readonly last?: string;
  /** ISO 8601, with `to`: a time that stays the same for whoever opens the link. */
  readonly from?: string;
  readonly to?: string;
}

/** A time in ms since the epoch. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const MINUTE_MS = 60_000;
/** What can be chosen, with its length in ms. */
export const LENGTHS: Readonly<Record<string, number>> = {
  '10m': 10 * MINUTE_MS,
  '1h': 60 * MINUTE_MS,
  '6h': 360 * MINUTE_MS,
  '24h': 1_440 * MINUTE_MS,
};
/** The length that a page shows where its address says nothing: what an answer of telemetry has without bounds. */
export const DEFAULT_LENGTH = '10m';

/** The time of an address at `now`; what is no time is the last ten minutes. */
export const rangeOf = ({ last, from, to }: RangeSearch, now: number): Range => {
  const [begin, end] = [Date.parse(from ?? ''), Date.parse(to ?? '')];
  if (begin < end) return { from: begin, to: end };
  return { from: now - (LENGTHS[last ?? DEFAULT_LENGTH] ?? LENGTHS[DEFAULT_LENGTH] ?? 0), to: now };
};

/** Whether an address holds a time that stays the same. */
export const isPinned = ({ from, to }: RangeSearch): boolean => Date.parse(from ?? '') < Date.parse(to ?? '');

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What an address says of time; anything else in it is left out. */
export const readRange = (search: Record<string, unknown>): RangeSearch => {
  const { last, from, to } = { last: text(search.last), from: text(search.from), to: text(search.to) };
  return { ...(last !== undefined && { last }), ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
};
