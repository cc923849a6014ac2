import { crc32 } from 'node:zlib';
import { BATCH_OUTCOMES_MAX, LATENCY_NONE, OUTCOMES, RCODE_NONE } from '../outcome.js';
import { refuse, type Refusal } from '../problem.js';
import { checkZones, type ZoneNames, zonesIn } from './zone-dictionary.js';

/** Most outcomes a row may stand for. A 32-bit counter of one second then holds 429,000 rows of the highest weight. */
export const WEIGHT_MAX = 10_000;
/** rcode is 12 bits with EDNS. */
const RCODE_MAX = 4_095;

/** The columns of a batch, typed; entry i of each belongs to outcome i. Units and meaning: `OutcomeBatch`. */
export interface Columns {
  readonly dtUs: Uint32Array;
  readonly zoneIx: Uint16Array;
  readonly latencyUs: Uint32Array;
  readonly outcome: Uint8Array;
  readonly qtype: Uint16Array;
  readonly rcode: Uint16Array;
  readonly transport: Uint8Array;
  readonly flags: Uint8Array;
  readonly weight: Uint32Array | undefined;
  readonly zoneId: Uint32Array | undefined;
  readonly qnameLen: Uint8Array | undefined;
}

/** A column of any width. */
export type Column = Uint8Array | Uint16Array | Uint32Array;

/**
 * Columns: name on the wire, field number, bytes per entry. The order is that of the field numbers, which is also the order of the
 * checksum.
 */
export const COLUMNS = [
  { key: 'dtUs', name: 'dt_us', field: 16, width: 4 },
  { key: 'zoneIx', name: 'zone_ix', field: 17, width: 2 },
  { key: 'latencyUs', name: 'latency_us', field: 18, width: 4 },
  { key: 'outcome', name: 'outcome', field: 19, width: 1 },
  { key: 'qtype', name: 'qtype', field: 20, width: 2 },
  { key: 'rcode', name: 'rcode', field: 21, width: 2 },
  { key: 'transport', name: 'transport', field: 22, width: 1 },
  { key: 'flags', name: 'flags', field: 23, width: 1 },
  { key: 'weight', name: 'weight', field: 24, width: 4 },
  { key: 'zoneId', name: 'zone_id', field: 25, width: 4 },
  { key: 'qnameLen', name: 'qname_len', field: 28, width: 1 },
] as const satisfies readonly { key: keyof Columns; name: string; field: number; width: 1 | 2 | 4 }[];

/** The name of a column on the wire. */
export type ColumnName = (typeof COLUMNS)[number]['name'];

/** What `null` stands for in a column of JSON that may have none. */
export const NONE: Partial<Record<ColumnName, number>> = { latency_us: LATENCY_NONE, rcode: RCODE_NONE };

/** The bytes of a column, as they stand on the wire. */
export const bytesOf = (column: Column): Uint8Array =>
  new Uint8Array(column.buffer, column.byteOffset, column.byteLength);

/** CRC-32 over the bytes of all columns, in field order. */
export const columnsCrc32 = (columns: Columns): number =>
  COLUMNS.reduce((sum, { key }) => {
    const column = columns[key];
    // Of no bytes at no address zlib's crc32 is 0, whatever the sum before it.
    return column === undefined || column.length === 0 ? sum : crc32(bytesOf(column), sum);
  }, 0);

/** 1 at every outcome code there is. */
const KNOWN_OUTCOME = new Uint8Array(256);
for (const { code } of OUTCOMES) KNOWN_OUTCOME[code] = 1;

const badValue = (name: ColumnName, index: number, value: number, expected: string): Refusal =>
  refuse('COLUMN_VALUE', `entry ${index} is ${value}: expected ${expected}`, `column ${name}`);

const checkZoneIx = ({ zoneIx }: Columns, zones: number): Refusal | undefined => {
  for (let i = 0; i < zoneIx.length; i += 1) {
    const value = zoneIx[i]!;
    if (value >= zones) return badValue('zone_ix', i, value, `below ${zones}, the length of zones`);
  }
  return undefined;
};

const checkOutcome = ({ outcome }: Columns): Refusal | undefined => {
  for (let i = 0; i < outcome.length; i += 1) {
    const value = outcome[i]!;
    if (KNOWN_OUTCOME[value] === 0) return badValue('outcome', i, value, 'an outcome code');
  }
  return undefined;
};

const checkRcode = ({ rcode }: Columns): Refusal | undefined => {
  for (let i = 0; i < rcode.length; i += 1) {
    const value = rcode[i]!;
    // One comparison in place of two: RCODE_NONE, the largest of 16 bits, becomes 0.
    if (((value + 1) & RCODE_NONE) > RCODE_MAX + 1)
      return badValue('rcode', i, value, `at most ${RCODE_MAX}, or ${RCODE_NONE} for none`);
  }
  return undefined;
};

const checkWeight = ({ weight }: Columns): Refusal | undefined => {
  if (weight === undefined) return undefined;
  for (let i = 0; i < weight.length; i += 1) {
    const value = weight[i]!;
    if (value === 0 || value > WEIGHT_MAX) return badValue('weight', i, value, `1 to ${WEIGHT_MAX}`);
  }
  return undefined;
};

const checkLengths = (columns: Columns, n: number): Refusal | undefined => {
  if (n > BATCH_OUTCOMES_MAX) return refuse('COLUMN_LENGTH', `${n} outcomes: at most ${BATCH_OUTCOMES_MAX}`, '/n');
  for (const { key, name } of COLUMNS) {
    const length = columns[key]?.length;
    const expected = name === 'zone_ix' && columns.zoneId !== undefined ? 0 : n;
    if (length !== undefined && length !== expected)
      return refuse('COLUMN_LENGTH', `${length} entries: expected ${expected}`, `column ${name}`);
  }
  return undefined;
};

/** Everything columns and dictionary must fulfil; the first fault is named. */
export const checkColumns = (
  columns: Columns,
  zones: ZoneNames,
  n: number,
  crc: number | undefined,
): Refusal | undefined => {
  const refused =
    checkLengths(columns, n) ??
    checkZones(zones, columns.zoneId !== undefined) ??
    checkZoneIx(columns, zonesIn(zones)) ??
    checkOutcome(columns) ??
    checkRcode(columns) ??
    checkWeight(columns);
  if (refused !== undefined || crc === undefined) return refused;
  const actual = columnsCrc32(columns);
  return actual === crc
    ? undefined
    : refuse('CHECKSUM', `CRC-32 is ${actual}, columns_crc32 says ${crc}`, '/columns_crc32');
};
