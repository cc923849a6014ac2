import type { ProblemCode, Topic } from '#contracts';
import type { Queryable } from './database.js';
import { createList, type List, type Order } from './keyset.js';
import { storableText } from './storable.js';

/** Bytes kept of a record: enough to see what it was; the record itself stays in its topic for its retention. */
export const DEAD_LETTER_BYTES_MAX = 65_536;
/** Rows kept. Beyond it a dead letter is only counted: a fleet that sends rubbish must not fill the disk. */
export const DEAD_LETTERS_MAX = 100_000;
/** Longest detail kept. */
const DETAIL_CHARS_MAX = 1_000;

/** A record that could not be read. */
export interface NewDeadLetter {
  readonly topic: Topic;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly reason: ProblemCode;
  readonly detail: string;
  readonly raw: Uint8Array;
  readonly appendedAtMs: number;
}

/** A dead letter as it is kept: `raw` holds the first `DEAD_LETTER_BYTES_MAX` of `rawBytes`. */
export interface DeadLetterRow extends NewDeadLetter {
  /** Grows from one to the next. */
  readonly id: number;
  readonly rawBytes: number;
}

/** What could not be read, and why; the newest first in lists. */
export interface DeadLetterRepository extends List<DeadLetterRow> {
  /** The same record twice is kept and counted once. */
  readonly insert: (tx: Queryable, letters: readonly NewDeadLetter[]) => Promise<void>;
  /** All that ever were, by reason, whether kept or not. */
  readonly totals: () => Promise<readonly { readonly reason: ProblemCode; readonly records: number }[]>;
  /** Retention: forgets rows appended before a moment; totals stay. */
  readonly dropBefore: (tx: Queryable, atMs: number) => Promise<void>;
}

// The span of ids stands for the number of rows: exact enough for a bound, and read from the ends of an index.
const INSERT = `
  insert into dead_letter (topic, partition, "offset", key, reason, detail, raw, raw_bytes, appended_at)
  select $1, $2, $3, $4, $5, $6, decode($7, 'hex'), $8, $9
  where (select coalesce(max(id) - min(id) + 1, 0) from dead_letter) < $10
  on conflict (topic, partition, "offset") do nothing`;

const COUNT = `
  insert into dead_letter_total as t (reason, records) values ($1, 1)
  on conflict (reason) do update set records = t.records + 1`;

const isKept = async (tx: Queryable, { topic, partition, offset }: NewDeadLetter): Promise<boolean> => {
  const values = [topic, partition, offset];
  const rows = await tx.query(
    'select 1 from dead_letter where topic = $1 and partition = $2 and "offset" = $3',
    values,
  );
  return rows.length > 0;
};

const insertOne = async (tx: Queryable, letter: NewDeadLetter, rowsMax: number): Promise<void> => {
  if (await isKept(tx, letter)) return;
  const { topic, partition, offset, key, reason, detail, raw, appendedAtMs } = letter;
  const kept = raw.subarray(0, DEAD_LETTER_BYTES_MAX);
  await tx.query(INSERT, [
    topic,
    partition,
    offset,
    key === null ? null : storableText(key),
    reason,
    storableText(detail).slice(0, DETAIL_CHARS_MAX),
    Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength).toString('hex'),
    raw.byteLength,
    appendedAtMs,
    rowsMax,
  ]);
  await tx.query(COUNT, [reason]);
};

const SELECT = `
  select id, topic, partition, "offset", key, reason, detail, raw, raw_bytes as "rawBytes", appended_at as "appendedAtMs"
  from dead_letter`;

const ORDER: Order<DeadLetterRow> = {
  list: 'dead-letters',
  columns: [{ sql: 'id', kind: 'number', isDescending: true, of: (row) => row.id }],
};

/** Dead letters in PostgreSQL. */
export const createDeadLetterRepository = (database: Queryable, rowsMax = DEAD_LETTERS_MAX): DeadLetterRepository => ({
  insert: async (tx, letters) => {
    for (const letter of letters) await insertOne(tx, letter, rowsMax);
  },
  ...createList<DeadLetterRow>(database, ORDER, () => ({ select: SELECT })),
  totals: () => database.query('select reason, records from dead_letter_total order by reason'),
  dropBefore: async (tx, atMs) => {
    await tx.query('delete from dead_letter where appended_at < $1', [atMs]);
  },
});
