import type { HashedRow } from '../event-hash.js';

/** An event's row as it is stored. */
export interface ChainRow extends HashedRow {
  readonly hash: string;
}

/** Rows as the database tells them, column by column: read so, a row costs half of what it costs by itself. */
export interface StoredPage {
  /** The position to go on behind, as the database has it: somebody may have written one that no number holds. */
  readonly last: string;
  readonly position: readonly number[];
  readonly stream: readonly string[];
  readonly version: readonly number[];
  readonly type: readonly string[];
  /** JSON of a list, unread. */
  readonly data: string;
  readonly actor: readonly string[];
  readonly cause: readonly string[];
  readonly recordedAtMs: readonly number[];
  /** JSON of a list, unread; null where there is none. */
  readonly audit: string;
  readonly hash: readonly string[];
}

/** Digits of a number that JSON reads as infinite, which would then be hashed as if it were null. */
const ENDLESS = /\d{308}/;

const isEndless = (value: unknown): boolean =>
  typeof value === 'object' && value !== null
    ? Object.values(value).some(isEndless)
    : typeof value === 'number' && !Number.isFinite(value);

/** JSON as it is hashed; undefined for what no append can have written. */
const jsonsOf = (text: string): readonly unknown[] => {
  const values = JSON.parse(text) as readonly unknown[];
  return ENDLESS.test(text) ? values.map((value) => (isEndless(value) ? undefined : value)) : values;
};

// NaN is no number that was ever hashed: such a row fits nothing.
const safe = (value: number | undefined): number => (Number.isSafeInteger(value) ? (value ?? NaN) : NaN);

/** The rows of a page, as they are hashed. */
export const chainRows = (page: StoredPage): readonly ChainRow[] => {
  const [data, audit] = [jsonsOf(page.data), jsonsOf(page.audit)];
  return page.position.map((position, index) => ({
    position: safe(position),
    stream: page.stream[index] ?? '',
    version: safe(page.version[index]),
    type: page.type[index] ?? '',
    data: data[index],
    actor: page.actor[index] ?? '',
    cause: page.cause[index] ?? '',
    recordedAtMs: safe(page.recordedAtMs[index]),
    audit: audit[index],
    hash: page.hash[index] ?? '',
  }));
};
