import { BATCH_OUTCOMES_MAX, type OutcomeBatch } from '../outcome.js';
import { isRefusal, refuse, type Refusal } from '../problem.js';
import { type DecodeOptions, headerOf } from './assemble-batch.js';
import { COLUMNS } from './columns.js';
import { batchOfColumns, columnNumber, maxOf } from './json-columns.js';
import { type JsonObject, parseObject, textOf } from './json-parse.js';

/** Columns a row may leave out: all rows or none. */
const OPTIONAL: ReadonlySet<string> = new Set(['weight', 'zone_id', 'qname_len']);

type RowColumn = (typeof COLUMNS)[number] & { readonly values: number[] };

/**
 * Collects rows into columns. A row names its zone (`zone`), or points into the header's `zones` (`zone_ix`), or gives a registry
 * id (`zone_id`); all rows do it as the first one does.
 */
class RowCollector {
  private readonly zoneIndex = new Map<string, number>();
  private readonly columns: readonly RowColumn[];
  private readonly isZoneNamed: boolean;

  constructor(first: JsonObject) {
    this.isZoneNamed = first['zone'] !== undefined;
    const hasId = first['zone_id'] !== undefined;
    this.columns = COLUMNS.filter(({ name }) =>
      name === 'zone_ix' ? !hasId : !OPTIONAL.has(name) || first[name] !== undefined,
    ).map((column) => ({ ...column, values: [] }));
  }

  add(row: JsonObject, at: string): Refusal | undefined {
    for (const { name, width, values } of this.columns) {
      const given = name === 'zone_ix' && this.isZoneNamed ? this.indexOf(row['zone']) : row[name];
      const value = columnNumber(name, given, maxOf(width));
      if (value === undefined) return refuse('COLUMN_VALUE', this.expected(name, maxOf(width)), at);
      values.push(value);
    }
    return undefined;
  }

  body(header: JsonObject): JsonObject {
    const columns = Object.fromEntries(this.columns.map(({ name, values }) => [name, values]));
    return { ...header, ...(this.isZoneNamed ? { zones: [...this.zoneIndex.keys()] } : {}), ...columns };
  }

  private expected(name: string, max: number): string {
    return name === 'zone_ix' && this.isZoneNamed
      ? 'zone: expected a string'
      : `${name}: expected an integer of 0 to ${max}`;
  }

  private indexOf(zone: unknown): number | undefined {
    if (typeof zone !== 'string') return undefined;
    const index = this.zoneIndex.get(zone) ?? this.zoneIndex.size;
    this.zoneIndex.set(zone, index);
    return index;
  }
}

/** The header alone: a batch without outcomes, which still tells of completeness. */
const NO_ROWS = Object.fromEntries(COLUMNS.filter(({ name }) => !OPTIONAL.has(name)).map(({ name }) => [name, []]));

const readRows = (lines: readonly string[], header: JsonObject): JsonObject | Refusal => {
  let rows: RowCollector | undefined;
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue;
    const at = `line ${index + 1}`;
    const row = parseObject(line, at);
    if (isRefusal(row)) return row;
    rows ??= new RowCollector(row);
    const refused = rows.add(row, at);
    if (refused !== undefined) return refused;
  }
  return rows?.body(header) ?? { ...header, ...NO_ROWS };
};

/** Reads NDJSON: the first line is the envelope, each further line one outcome. Empty lines are passed over. */
export const decodeNdjson = (bytes: Uint8Array, options?: DecodeOptions): OutcomeBatch | Refusal => {
  const text = textOf(bytes);
  if (typeof text !== 'string') return text;
  const lines = text.split('\n');
  if (lines.length > BATCH_OUTCOMES_MAX + 2)
    return refuse('COLUMN_LENGTH', `${lines.length} lines: at most ${BATCH_OUTCOMES_MAX} outcomes`);
  const header = parseObject(lines[0] ?? '', 'line 1');
  if (isRefusal(header)) return header;
  const body = readRows(lines, header);
  return isRefusal(body) ? body : batchOfColumns(body, options);
};

const rowOf = (batch: OutcomeBatch, index: number): JsonObject => {
  const row: Record<string, unknown> = {};
  for (const { key, name } of COLUMNS) {
    const value = batch[key]?.[index];
    if (name === 'zone_ix' && value !== undefined) row['zone'] = batch.zones[value];
    else if (value !== undefined) row[name] = value;
  }
  return row;
};

/** The batch as NDJSON: the envelope, then one line per outcome with the zone's name. */
export const encodeNdjson = (batch: OutcomeBatch): Uint8Array => {
  const rows = Array.from({ length: batch.n }, (_unused, index) => JSON.stringify(rowOf(batch, index)));
  return new TextEncoder().encode([JSON.stringify(headerOf(batch)), ...rows, ''].join('\n'));
};
