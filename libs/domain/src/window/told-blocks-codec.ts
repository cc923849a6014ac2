import { type Family, KEY_SEPARATOR } from '#contracts';
import { BUCKETS_MAX, FAMILY_ID, FAMILY_OF_ID, readBuckets, writeBuckets } from './block-codec.js';
import type { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { bucketsOf } from './cell-table.js';
import { type CellColumns, type ColumnBlock, COUNT, COUNTS_PER_CELL, U32_MAX } from './cells.js';
import { BEYOND } from './count-columns.js';
import { InternedKeys } from './interned-keys.js';
import type { Names } from './names.js';
import { type KeyParts, NumberedColumns } from './numbered-columns.js';
import { type Telling, TOLD_FAMILIES } from './told-families.js';

/** Most keys whose parts are remembered; beyond it all are forgotten. */
const SPLITS_MAX = 400_000;

interface Split {
  readonly name: string;
  /** undefined in a key of one part. */
  readonly part: string | undefined;
}

const NO_NUMBERS = new Int32Array(0);
const splits = new Map<string, Split>();

/** The parts of a key, which are remembered: nearly all keys of a tick were in the tick before. */
const splitOf = (key: string): Split => {
  const known = splits.get(key);
  if (known !== undefined) return known;
  if (splits.size >= SPLITS_MAX) splits.clear();
  const at = key.indexOf(KEY_SEPARATOR);
  const split = at < 0 ? { name: key, part: undefined } : { name: key.slice(0, at), part: key.slice(at + 1) };
  splits.set(key, split);
  return split;
};

/** Names in the order in which they were first asked for: texts, and names that have a number, which are found without their text. */
class Dictionary {
  private readonly entries: (string | number)[] = [];
  private readonly texts = new Map<string, number>();
  private names: Names | undefined;
  /** Number of a name → number here + 1; 0 is none. */
  private numbers = NO_NUMBERS;

  numberOf(text: string): number {
    const known = this.texts.get(text);
    if (known !== undefined) return known;
    const number = this.entries.push(text) - 1;
    this.texts.set(text, number);
    return number;
  }

  numberOfName(names: Names, name: number): number {
    // Customers, regions and releases of one partition are names of one list; those of another, after keys were numbered anew, are texts.
    if (this.names === undefined) {
      this.names = names;
      this.numbers = new Int32Array(names.size);
    }
    if (names !== this.names) return this.numberOf(names.texts[name]!);
    const known = this.numbers[name]!;
    if (known > 0) return known - 1;
    const number = this.entries.push(name) - 1;
    this.numbers[name] = number + 1;
    return number;
  }

  write(writer: ByteWriter): void {
    writer.varint(this.entries.length);
    for (const entry of this.entries)
      if (typeof entry === 'string') writer.text(entry);
      else writer.name(this.names!, entry);
  }
}

/** The two dictionaries of a record: a customer is named once, however many regions, releases and slots are told of it. */
interface Dictionaries {
  readonly names: Dictionary;
  readonly parts: Dictionary;
}

/** Until ticks said what is told of them, nodes were told without their timeouts. */
export const TOLD_WITHOUT_TIMEOUTS: ReadonlyMap<Family, Telling> = new Map([...TOLD_FAMILIES, ['node', 'ratio']]);

const hasExcluded = (telling: Telling | undefined): boolean => telling === 'latency' || telling === 'counts';

const writeCounts = (writer: ByteWriter, counts: Uint32Array, at: number, telling: Telling | undefined): void => {
  const [good, bad] = [counts[at + COUNT.good]!, counts[at + COUNT.bad]!];
  const excluded = hasExcluded(telling) ? counts[at + COUNT.excluded]! : 0;
  const timeout = telling === 'ratio' ? 0 : counts[at + COUNT.timeout]!;
  const hasMore = bad + excluded + timeout > 0;
  writer.varint(2 * good + (hasMore ? 1 : 0));
  if (!hasMore) return;
  writer.varint(bad);
  if (hasExcluded(telling)) writer.varint(excluded);
  if (telling !== 'ratio') writer.varint(timeout);
};

/** Writes the key of a row as the numbers of its parts. */
const writeNumberedKey = (writer: ByteWriter, keys: KeyParts, row: number, { names, parts }: Dictionaries): void => {
  const right = keys.rights?.[row];
  writer.varint(names.numberOfName(keys.names, keys.lefts[row]!));
  if (right !== undefined) writer.varint(right === BEYOND ? 0 : 1 + parts.numberOfName(keys.labels, right));
};

const writeKeyOf = (writer: ByteWriter, key: string, hasParts: boolean, { names, parts }: Dictionaries): void => {
  const { name, part } = splitOf(key);
  writer.varint(names.numberOf(name));
  if (hasParts) writer.varint(part === undefined ? 0 : 1 + parts.numberOf(part));
};

const writeCells = (writer: ByteWriter, cells: CellColumns, dictionaries: Dictionaries): void => {
  const telling = TOLD_FAMILIES.get(cells.family);
  const width = telling === 'latency' ? bucketsOf(cells.family) : 0;
  const numbered = cells instanceof NumberedColumns ? cells.parts : undefined;
  const keys = numbered === undefined ? cells.keys : [];
  const hasParts =
    numbered === undefined ? keys.some((key) => splitOf(key).part !== undefined) : numbered.rights !== undefined;
  writer.varint(FAMILY_ID[cells.family]);
  writer.varint(2 * cells.size + (hasParts ? 1 : 0));
  for (let row = 0; row < cells.size; row += 1) {
    if (numbered === undefined) writeKeyOf(writer, keys[row]!, hasParts, dictionaries);
    else writeNumberedKey(writer, numbered, row, dictionaries);
    writeCounts(writer, cells.counts, row * COUNTS_PER_CELL, telling);
    if (width === 0) continue;
    if (cells.buckets === undefined) writer.varint(0);
    else writeBuckets(writer, cells.buckets, row * width, width);
  }
};

/** Its buffer is used again, as that of a block is. */
const BODY = new ByteWriter();

const writeBlock = (writer: ByteWriter, block: ColumnBlock, dictionaries: Dictionaries): void => {
  const told = [...block.values()].filter(({ family, size }) => size > 0 && TOLD_FAMILIES.has(family));
  writer.varint(told.length);
  for (const cells of told) writeCells(writer, cells, dictionaries);
};

/**
 * The blocks of a tick as bytes: names, second parts of keys, then for each block the number of families, and for each its id, rows
 * and whether keys have two parts, and for each row the numbers of its name and part, `2 × good + more`, and with `more` the other
 * counts. 4 to 6 bytes a cell of a customer. A record holds its whole dictionary, so reading begins anywhere and depends on nothing.
 */
export const writeToldBlocks = (writer: ByteWriter, blocks: readonly ColumnBlock[]): void => {
  const dictionaries = { names: new Dictionary(), parts: new Dictionary() };
  const body = BODY;
  body.begin();
  for (const block of blocks) writeBlock(body, block, dictionaries);
  dictionaries.names.write(writer);
  dictionaries.parts.write(writer);
  writer.block(body.finish());
};

const INTERNED = new InternedKeys();

const readNames = (reader: ByteReader): Int32Array => {
  INTERNED.beginRecord();
  const numbers = new Int32Array(reader.varint(reader.left));
  for (let i = 0; i < numbers.length && reader.fault === undefined; i += 1) {
    try {
      numbers[i] = INTERNED.numberOf(reader.block());
    } catch {
      reader.fail('a name is not UTF-8');
    }
  }
  return numbers;
};

interface ReadDictionaries {
  /** What was told of which family when the record was written. */
  readonly tellings: ReadonlyMap<Family, Telling>;
  /** Number in the record → number in memory. */
  readonly names: Int32Array;
  readonly parts: readonly string[];
}

const readCounts = (reader: ByteReader, counts: Uint32Array, at: number, telling: Telling | undefined): void => {
  const first = reader.varint(2 * U32_MAX + 1);
  counts[at + COUNT.good] = Math.floor(first / 2);
  if (first % 2 === 0) return;
  counts[at + COUNT.bad] = reader.varint(U32_MAX);
  if (hasExcluded(telling)) counts[at + COUNT.excluded] = reader.varint(U32_MAX);
  if (telling !== 'ratio') counts[at + COUNT.timeout] = reader.varint(U32_MAX);
};

const readKey = (reader: ByteReader, { names, parts }: ReadDictionaries, hasParts: boolean): number => {
  const name = names[reader.varint(names.length - 1)]!;
  const part = hasParts ? reader.varint(parts.length) : 0;
  return part === 0 || reader.fault !== undefined ? name : INTERNED.join(name, parts[part - 1]!);
};

const readCells = (reader: ByteReader, family: Family, dictionaries: ReadDictionaries): CellColumns => {
  const telling = dictionaries.tellings.get(family);
  const width = telling === 'latency' ? bucketsOf(family) : 0;
  const sizeAndParts = reader.varint(2 * reader.left + 1);
  const [size, hasParts] = [Math.floor(sizeAndParts / 2), sizeAndParts % 2 === 1];
  if (size * width > BUCKETS_MAX) reader.fail(`${size} rows with histograms`);
  if (size > 0 && dictionaries.names.length === 0) reader.fail('a key without a name');
  if (reader.fault !== undefined) return { family, size: 0, keys: [], counts: new Uint32Array(0), buckets: undefined };
  const keys: string[] = [];
  const numbers = new Int32Array(size);
  const counts = new Uint32Array(size * COUNTS_PER_CELL);
  const buckets = width === 0 ? undefined : new Uint32Array(size * width);
  for (let row = 0; row < size && reader.fault === undefined; row += 1) {
    numbers[row] = readKey(reader, dictionaries, hasParts);
    keys.push(INTERNED.key(numbers[row]!));
    readCounts(reader, counts, row * COUNTS_PER_CELL, telling);
    if (buckets !== undefined) readBuckets(reader, buckets, row * width, width);
  }
  return { family, size, keys, numbers: { table: INTERNED.table, of: numbers }, counts, buckets };
};

const readBlock = (reader: ByteReader, dictionaries: ReadDictionaries): ColumnBlock => {
  const block = new Map<Family, CellColumns>();
  const families = reader.varint(FAMILY_OF_ID.size);
  for (let i = 0; i < families && reader.fault === undefined; i += 1) {
    const id = reader.varint();
    const family = FAMILY_OF_ID.get(id);
    if (family === undefined || block.has(family)) reader.fail(`family ${id} is not known or comes twice`);
    else block.set(family, readCells(reader, family, dictionaries));
  }
  return block;
};

/** Reads so many blocks; damage is kept in the reader. */
export const readToldBlocks = (reader: ByteReader, count: number, tellings = TOLD_FAMILIES): readonly ColumnBlock[] => {
  const names = readNames(reader);
  const parts = Array.from({ length: reader.varint(reader.left) }, () => reader.text());
  const body = reader.inner();
  const blocks = Array.from({ length: count }, () => readBlock(body, { tellings, names, parts }));
  if (body.left > 0) body.fail('bytes after the end of blocks');
  if (body.fault !== undefined) reader.fail(body.fault);
  return blocks;
};
