import type { HashedRow } from '../event-hash.js';

/** An event's row as it is stored, and the hash of the row before it in its stream. */
export interface ChainRow extends HashedRow {
  readonly hash: string;
  /** null: there is none. */
  readonly previousHash: string | null;
}

/** A row as the database tells it: numbers as text, since somebody may have written one that no number holds. */
export interface StoredRow {
  readonly position: string;
  readonly stream: string;
  readonly version: string;
  readonly type: string;
  readonly data: string;
  readonly actor: string;
  readonly cause: string;
  readonly recordedAtMs: string;
  readonly audit: string | null;
  readonly hash: string;
  readonly previousHash: string | null;
}

/** Digits of a number that JSON reads as infinite, which would then be hashed as if it were null. */
const ENDLESS = /\d{308}/;

const isEndless = (value: unknown): boolean =>
  typeof value === 'object' && value !== null
    ? Object.values(value).some(isEndless)
    : typeof value === 'number' && !Number.isFinite(value);

/** JSON as it is hashed; undefined for what no append can have written. */
const jsonOf = (text: string): unknown => {
  const value: unknown = JSON.parse(text);
  return ENDLESS.test(text) && isEndless(value) ? undefined : value;
};

// NaN is no number that was ever hashed: such a row fits nothing.
const integerOf = (text: string): number => {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : NaN;
};

/** A row as it is hashed. */
export const chainRow = (stored: StoredRow): ChainRow => ({
  ...stored,
  position: integerOf(stored.position),
  version: integerOf(stored.version),
  recordedAtMs: integerOf(stored.recordedAtMs),
  data: jsonOf(stored.data),
  audit: stored.audit === null ? null : jsonOf(stored.audit),
});
