import { type Family, FAMILY_NAMES, isRefusal, refuse, type Refusal } from '#contracts';
import { ByteReader } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { bucketsOf, createCells, type CellTable } from './cell-table.js';
import { type Block, type CellColumns, type ColumnBlock, COUNTS_PER_CELL, U32_MAX } from './cells.js';
import { CROSSED_FAMILIES, readCrossedCells, writeCrossedCells } from './crossed-cells-codec.js';
import { NumberedColumns } from './numbered-columns.js';

/**
 * The first byte of every block. Blocks are kept for days: a new form gets a new number, and the ones before stay readable. In version 1
 * crossed families were written like all others, with a whole key in every row.
 */
const BLOCK_VERSION = 2;
const WHOLE_KEYS_VERSION = 1;

/** Numbers of the families on disk; they never change, whatever order `FAMILIES` has. */
export const FAMILY_ID: Readonly<Record<Family, number>> = {
  fleet: 1,
  region: 2,
  pop: 3,
  node: 4,
  release_region: 5,
  customer: 6,
  customer_region: 7,
  customer_release: 8,
  zone: 9,
  zone_release: 10,
  probe: 11,
  name_length: 12,
  nxdomain: 13,
  outcome: 14,
};
/** Number → family. */
export const FAMILY_OF_ID: ReadonlyMap<number, Family> = new Map<number, Family>(
  FAMILY_NAMES.map((family) => [FAMILY_ID[family], family]),
);

/**
 * Most histogram buckets that one block may unfold to: 512 MB would be a damaged block (a row of six bytes unfolds to 2.8 KB),
 * 128 Mi buckets are 190,000 nodes.
 */
export const BUCKETS_MAX = 2 ** 27;

/** Histograms are nearly empty: pairs of (distance from the bucket before, count), after how many there are. */
export const writeBuckets = (writer: ByteWriter, buckets: Uint32Array, from: number, width: number): void => {
  let filled = 0;
  for (let i = from; i < from + width; i += 1) if (buckets[i] !== 0) filled += 1;
  writer.varint(filled);
  let last = from;
  for (let i = from; i < from + width; i += 1) {
    const count = buckets[i]!;
    if (count === 0) continue;
    writer.varint(i - last);
    writer.varint(count);
    last = i;
  }
};

/** Its buffer is used again: blocks are large, and memory that is new costs more than what is written into it. */
const WRITER = new ByteWriter();

/** Cells that are not numbered. */
const PLAIN: Partial<Pick<NumberedColumns, 'parts' | 'histograms'>> = {};

const writeCells = (writer: ByteWriter, cells: CellColumns): void => {
  const width = bucketsOf(cells.family);
  const { parts, histograms } = cells instanceof NumberedColumns ? cells : PLAIN;
  const keys = parts === undefined ? cells.keys : [];
  const buckets = histograms === undefined ? cells.buckets : undefined;
  writer.varint(cells.size);
  for (let row = 0; row < cells.size; row += 1) {
    if (parts === undefined) writer.text(keys[row] ?? '');
    else writer.name(parts.names, parts.lefts[row]!);
    writer.four(cells.counts, row * COUNTS_PER_CELL);
    if (width === 0) continue;
    if (histograms !== undefined) histograms.counts.write(writer, histograms.startOf(row), width);
    else if (buckets === undefined) writer.varint(0);
    else writeBuckets(writer, buckets, row * width, width);
  }
};

/**
 * A block as bytes, numbers as varints: version, number of families, then for each its id and its cells: those of crossed
 * families by `writeCrossedCells`, else the number of rows, and for each row the key, four counts and, in families with a histogram, the
 * filled buckets. 5 to 60 bytes a cell.
 */
export const encodeBlock = (block: ColumnBlock): Uint8Array => {
  const filled = [...block.values()].filter((cells) => cells.size > 0);
  const writer = WRITER;
  writer.begin();
  writer.varint(BLOCK_VERSION);
  writer.varint(filled.length);
  for (const cells of filled) {
    writer.varint(FAMILY_ID[cells.family]);
    if (CROSSED_FAMILIES.has(cells.family)) writeCrossedCells(writer, cells);
    else writeCells(writer, cells);
  }
  return writer.finish();
};

/** Reads what `writeBuckets` wrote. */
export const readBuckets = (reader: ByteReader, buckets: Uint32Array, from: number, width: number): void => {
  const filled = reader.varint(width);
  let index = 0;
  for (let i = 0; i < filled && reader.fault === undefined; i += 1) {
    const step = reader.varint(width);
    if (i > 0 && step === 0) reader.fail('a bucket comes twice');
    index += step;
    if (index >= width) reader.fail(`bucket ${index} of ${width}`);
    const count = reader.varint(U32_MAX);
    if (reader.fault === undefined) buckets[from + index] = count;
  }
};

const readCells = (reader: ByteReader, cells: CellTable): void => {
  const width = bucketsOf(cells.family);
  const rows = reader.varint(reader.left);
  if (rows * width > BUCKETS_MAX) reader.fail(`${rows} rows with histograms`);
  for (let i = 0; i < rows && reader.fault === undefined; i += 1) {
    const key = reader.text();
    if (cells.find(key) >= 0) reader.fail(`key ${key} comes twice`);
    if (reader.fault !== undefined) return;
    const row = cells.row(key);
    for (let count = 0; count < COUNTS_PER_CELL; count += 1)
      cells.counts[row * COUNTS_PER_CELL + count] = reader.varint(U32_MAX);
    if (cells.buckets !== undefined) readBuckets(reader, cells.buckets, row * width, width);
  }
};

/** Reads a block; damaged bytes are refused, never thrown at. */
export const decodeBlock = (bytes: Uint8Array): Block | Refusal => {
  const reader = new ByteReader(bytes);
  const block = new Map<Family, CellTable>();
  const version = reader.varint();
  if (version !== BLOCK_VERSION && version !== WHOLE_KEYS_VERSION)
    reader.fail(`version ${version}: expected ${BLOCK_VERSION}`);
  const families = reader.varint(FAMILY_NAMES.length);
  for (let i = 0; i < families && reader.fault === undefined; i += 1) {
    const id = reader.varint();
    const family = FAMILY_OF_ID.get(id);
    if (family === undefined || block.has(family)) reader.fail(`family ${id} is not known or comes twice`);
    else {
      const cells = createCells(family);
      block.set(family, cells);
      if (version === BLOCK_VERSION && CROSSED_FAMILIES.has(family)) readCrossedCells(reader, cells);
      else readCells(reader, cells);
    }
  }
  if (reader.left > 0) reader.fail('bytes after the end');
  return reader.fault === undefined ? block : refuse('BODY_UNPARSABLE', `not a block: ${reader.fault}`);
};

/** The block of bytes that this program wrote itself; damage there is a failed operation. */
export const decodeOwnBlock = (bytes: Uint8Array): Block => {
  const block = decodeBlock(bytes);
  if (isRefusal(block)) throw new Error(`decode block of ${bytes.length} bytes: ${block.detail}`);
  return block;
};
