import { type Family, KEY_SEPARATOR } from '#contracts';
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import type { CellTable } from './cell-table.js';
import { type CellColumns, COUNTS_PER_CELL, U32_MAX } from './cells.js';
import { BEYOND } from './count-columns.js';
import { Names } from './names.js';
import { type KeyParts, NumberedColumns } from './numbered-columns.js';

/** Families whose keys have two parts, of which there are many more than names: a customer has as many keys as regions. */
export const CROSSED_FAMILIES: ReadonlySet<Family> = new Set([
  'customer_region',
  'customer_release',
  'zone_release',
  'nxdomain',
]);

/** Keys of two parts. */
type CrossedParts = KeyParts & { readonly rights: Int32Array };

/** The parts of keys that are text: up to the first separator, and what comes after it. */
const splitKeys = (keys: readonly string[]): CrossedParts => {
  const [names, labels] = [new Names(), new Names()];
  const [lefts, rights] = [new Int32Array(keys.length), new Int32Array(keys.length)];
  const known = { names: new Map<string, number>(), labels: new Map<string, number>() };
  const numberOf = (into: Names, numbers: Map<string, number>, text: string): number => {
    const number = numbers.get(text) ?? into.add(text);
    numbers.set(text, number);
    return number;
  };
  keys.forEach((key, row) => {
    const at = key.indexOf(KEY_SEPARATOR);
    lefts[row] = numberOf(names, known.names, at < 0 ? key : key.slice(0, at));
    rights[row] = at < 0 ? BEYOND : numberOf(labels, known.labels, key.slice(at + 1));
  });
  return { names, lefts, labels, rights };
};

/** Number of a name → its place among the names that are written + 1; all 0 between two calls. */
let places = new Int32Array(1_024);

const writeNames = (writer: ByteWriter, names: Names, lefts: Int32Array): void => {
  if (names.size > places.length) places = new Int32Array(2 * names.size);
  const written: number[] = [];
  for (let row = 0; row < lefts.length; row += 1)
    if (places[lefts[row]!] === 0) places[lefts[row]!] = written.push(lefts[row]!);
  writer.varint(written.length);
  for (const name of written) writer.name(names, name);
};

/** Where the rows of one right part end. */
const groupEnd = (rights: Int32Array, from: number): number => {
  let to = from + 1;
  while (to < rights.length && rights[to] === rights[from]) to += 1;
  return to;
};

const writeRows = (writer: ByteWriter, lefts: Int32Array, counts: Uint32Array, from: number, to: number): void => {
  let last = 0;
  for (let row = from; row < to; row += 1) {
    const place = places[lefts[row]!]!;
    writer.signed(place - last);
    writer.four(counts, row * COUNTS_PER_CELL);
    last = place;
  }
};

const writeGroups = (writer: ByteWriter, counts: Uint32Array, { lefts, labels, rights }: CrossedParts): void => {
  for (let from = 0; from < lefts.length;) {
    const to = groupEnd(rights, from);
    writer.varint(to - from);
    writer.varint(rights[from] === BEYOND ? 0 : 1);
    if (rights[from] !== BEYOND) writer.name(labels, rights[from]!);
    writeRows(writer, lefts, counts, from, to);
    from = to;
  }
  writer.varint(0);
};

/**
 * The cells of a crossed family: number of names, names; then groups of rows with the same right part, and a 0 at the end. A group is its
 * number of rows, its right part (0: its names are whole keys; or 1 and the text), and for each row the distance of its name from the one
 * before, and four counts. A name is written once, however many regions or releases it is counted for: 7 bytes a cell instead of 28.
 */
export const writeCrossedCells = (writer: ByteWriter, cells: CellColumns): void => {
  const { names, lefts, labels, rights } = cells instanceof NumberedColumns ? cells.parts : splitKeys(cells.keys);
  if (rights === undefined) throw new Error(`write cells of ${cells.family}: their keys have one part`);
  try {
    writeNames(writer, names, lefts);
    writeGroups(writer, cells.counts, { names, lefts, labels, rights });
  } finally {
    // Not clean, they would leave names out of the next block.
    places.fill(0);
  }
};

/**
 * Characters that the keys of a block may have together. A name stands in the bytes once and in memory once per right part: 64 Mi are a
 * million zones of 30 characters in two releases.
 */
const KEY_CHARS_MAX = 2 ** 26;

const readKey = (reader: ByteReader, names: readonly string[], place: number, right: string | undefined): string => {
  const name = names[place - 1];
  if (name === undefined) reader.fail(`name ${place} of ${names.length}`);
  return right === undefined ? (name ?? '') : `${name}${KEY_SEPARATOR}${right}`;
};

/** Reads what `writeCrossedCells` wrote; damage is kept in the reader. */
export const readCrossedCells = (reader: ByteReader, cells: CellTable): void => {
  const names = Array.from({ length: reader.varint(reader.left) }, () => reader.text());
  let chars = 0;
  for (
    let rows = reader.varint(reader.left);
    rows > 0 && reader.fault === undefined;
    rows = reader.varint(reader.left)
  ) {
    const right = reader.varint(1) === 0 ? undefined : reader.text();
    for (let place = 0; rows > 0 && reader.fault === undefined; rows -= 1) {
      place += reader.signed();
      const key = readKey(reader, names, place, right);
      chars += key.length;
      if (chars > KEY_CHARS_MAX) reader.fail(`keys of ${chars} characters`);
      if (cells.find(key) >= 0) reader.fail(`key ${key} comes twice`);
      if (reader.fault !== undefined) return;
      const at = cells.row(key) * COUNTS_PER_CELL;
      for (let i = 0; i < COUNTS_PER_CELL; i += 1) cells.counts[at + i] = reader.varint(U32_MAX);
    }
  }
};
