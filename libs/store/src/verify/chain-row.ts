import { CHAIN_START, eventHash, type HashedRow } from '../event-hash.js';

/**
 * Rows as the database tells them, each column a list in JSON, unread: so a row costs half of what it costs by itself, and a page can be given
 * to a thread as it is.
 */
export type StoredPage = Readonly<Record<keyof HashedRow | 'hash', string>> & {
  /** The position to go on behind, as the database has it: somebody may have written one that no number holds. */
  readonly last: string;
};

/** What is followed of a row; what it says is in its hash. */
export type ChainLink = Pick<HashedRow, 'position' | 'stream' | 'version'> & { readonly hash: string };

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

const textsOf = (text: string): readonly string[] => JSON.parse(text) as readonly string[];

// NaN is no number that was ever hashed: such a row fits nothing.
const numbersOf = (text: string): readonly number[] =>
  (JSON.parse(text) as readonly number[]).map((value) => (Number.isSafeInteger(value) ? value : NaN));

/** What is followed of the rows of a page. */
export const linksOf = (page: StoredPage): readonly ChainLink[] => {
  const [streams, versions, hashes] = [textsOf(page.stream), numbersOf(page.version), textsOf(page.hash)];
  return numbersOf(page.position).map((position, index) => ({
    position,
    stream: streams[index] ?? '',
    version: versions[index] ?? NaN,
    hash: hashes[index] ?? '',
  }));
};

const rowsOf = (page: StoredPage): readonly HashedRow[] => {
  const [streams, versions, types] = [textsOf(page.stream), numbersOf(page.version), textsOf(page.type)];
  const [actors, causes, times] = [textsOf(page.actor), textsOf(page.cause), numbersOf(page.recordedAtMs)];
  const [data, audits] = [jsonsOf(page.data), jsonsOf(page.audit)];
  return numbersOf(page.position).map((position, index) => ({
    position,
    stream: streams[index] ?? '',
    version: versions[index] ?? NaN,
    type: types[index] ?? '',
    data: data[index],
    actor: actors[index] ?? '',
    cause: causes[index] ?? '',
    recordedAtMs: times[index] ?? NaN,
    audit: audits[index],
  }));
};

/**
 * Which rows of a page are what was appended: 1 where its hash is that of itself and of the one before it in its stream, else 0. `before`: for
 * each the hash before it; null: there is none.
 */
export const fittingOf = (page: StoredPage, before: readonly (string | null)[]): Uint8Array => {
  const hashes = textsOf(page.hash);
  return Uint8Array.from(rowsOf(page), (row, index) => {
    const previous = row.version === 1 ? CHAIN_START : (before[index] ?? '');
    return eventHash(previous, row) === hashes[index] ? 1 : 0;
  });
};
