import type { OutcomeBatch } from '../outcome.js';
import { isRefusal, refuse, type Refusal } from '../problem.js';
import { assembleBatch, type DecodeOptions, headerOf } from './assemble-batch.js';
import { type Column, type ColumnName, COLUMNS, type Columns, NONE } from './columns.js';
import { type JsonObject, parseObject, textOf } from './json-parse.js';
import { skimObject } from './json-skim.js';

/** The number of a JSON value for a column, or undefined when it is not one that fits. */
export const columnNumber = (name: ColumnName, value: unknown, max: number): number | undefined => {
  if (value === null) return NONE[name];
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max ? value : undefined;
};

/** Largest value of an entry of so many bytes. */
export const maxOf = (width: number): number => 2 ** (8 * width) - 1;

type Source = readonly unknown[];

/** Copies the arrays of a JSON object into typed columns; the first fault is kept and checked at the end. */
class ColumnFiller {
  fault: Refusal | undefined;

  constructor(private readonly body: JsonObject) {}

  fill<T extends Column>(name: ColumnName, make: (length: number) => T, isOptional = false): T {
    const skimmed = this.body[name];
    if (ArrayBuffer.isView(skimmed)) return skimmed as T;
    const values = this.values(name, isOptional);
    const column = make(values.length);
    const max = maxOf(column.BYTES_PER_ELEMENT);
    for (let i = 0; i < values.length; i += 1) {
      const value = columnNumber(name, values[i], max);
      if (value === undefined) this.fail('COLUMN_VALUE', `entry ${i}: expected an integer of 0 to ${max}`, name);
      else column[i] = value;
    }
    return column;
  }

  optional<T extends Column>(name: ColumnName, make: (length: number) => T): T | undefined {
    return this.body[name] === undefined ? undefined : this.fill(name, make);
  }

  zones(): readonly string[] {
    const { zones = [] } = this.body;
    if (Array.isArray(zones) && zones.every((zone): zone is string => typeof zone === 'string')) return zones;
    this.fault ??= refuse('COLUMN_VALUE', 'expected an array of strings', 'column zones');
    return [];
  }

  private values(name: ColumnName, isOptional: boolean): Source {
    const values = this.body[name];
    if (Array.isArray(values)) return values;
    if (values !== undefined || !isOptional) this.fail('BODY_INVALID', 'expected an array of numbers', name);
    return [];
  }

  private fail(code: 'BODY_INVALID' | 'COLUMN_VALUE', detail: string, name: ColumnName): void {
    this.fault ??= refuse(code, detail, `column ${name}`);
  }
}

const u8 = (length: number): Uint8Array => new Uint8Array(length);
const u16 = (length: number): Uint16Array => new Uint16Array(length);
const u32 = (length: number): Uint32Array => new Uint32Array(length);

const columnsOf = (filler: ColumnFiller): Columns => {
  const zoneId = filler.optional('zone_id', u32);
  return {
    dtUs: filler.fill('dt_us', u32),
    zoneIx: filler.fill('zone_ix', u16, zoneId !== undefined),
    latencyUs: filler.fill('latency_us', u32),
    outcome: filler.fill('outcome', u8),
    qtype: filler.fill('qtype', u16),
    rcode: filler.fill('rcode', u16),
    transport: filler.fill('transport', u8),
    flags: filler.fill('flags', u8),
    weight: filler.optional('weight', u32),
    zoneId,
    qnameLen: filler.optional('qname_len', u8),
  };
};

/** Makes a batch of an object that holds envelope, dictionary and columns. */
export const batchOfColumns = (body: JsonObject, options?: DecodeOptions): OutcomeBatch | Refusal => {
  const filler = new ColumnFiller(body);
  const columns = columnsOf(filler);
  const zones = filler.zones();
  return filler.fault ?? assembleBatch(body, zones, columns, options);
};

const parseWhole = (bytes: Uint8Array): JsonObject | Refusal => {
  const text = textOf(bytes);
  return typeof text === 'string' ? parseObject(text, '') : text;
};

/** Reads a JSON object with columns as arrays. `null` is "none" for `latency_us` and `rcode`. */
export const decodeJsonColumns = (bytes: Uint8Array, options?: DecodeOptions): OutcomeBatch | Refusal => {
  const body = skimObject(bytes) ?? parseWhole(bytes);
  return isRefusal(body) ? body : batchOfColumns(body, options);
};

/** The batch as one JSON object with columns as arrays. */
export const encodeJsonColumns = (batch: OutcomeBatch): Uint8Array => {
  const columns = COLUMNS.flatMap(({ key, name }) => {
    const column = batch[key];
    return column === undefined || (column.length === 0 && batch.n > 0) ? [] : [[name, [...column]] as const];
  });
  const body = { ...headerOf(batch), zones: batch.zones, ...Object.fromEntries(columns) };
  return new TextEncoder().encode(JSON.stringify(body));
};
