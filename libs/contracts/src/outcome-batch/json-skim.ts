import { isRefusal } from '../problem.js';
import { type Column, type ColumnName, COLUMNS, NONE } from './columns.js';
import { integersAt } from './json-integers.js';
import { type JsonObject, parseObject, textOf } from './json-parse.js';
import { asciiText } from './known-texts.js';

const [QUOTE, BACKSLASH, COLON] = [0x22, 0x5c, 0x3a] as const;
/** Change of depth at a bracket. */
const DEPTH = new Int8Array(256);
for (const [bracket, change] of [
  ['[', 1],
  ['{', 1],
  [']', -1],
  ['}', -1],
] as const)
  DEPTH[bracket.charCodeAt(0)] = change;

const MAKE: Readonly<Record<1 | 2 | 4, (values: Uint32Array) => Column>> = {
  1: (values) => new Uint8Array(values),
  2: (values) => new Uint16Array(values),
  4: (values) => values.slice(),
};
const COLUMN_OF = new Map<string, (typeof COLUMNS)[number]>(COLUMNS.map((column) => [column.name, column]));
/** What stands in the text for a column that was read. */
const PLACEHOLDER = Buffer.from('[]');

/**
 * Goes over the bytes of a JSON object, reads its columns by hand and leaves the rest to the parser, with `[]` where a column stood.
 * That is valid JSON exactly when the whole is.
 */
class Skim {
  readonly columns = new Map<ColumnName, Column>();
  readonly rest: Uint8Array[] = [];
  private readonly seen = new Set<string>();
  private restFrom = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** False when a column might stand there twice: by its name, or by an escape that spells its name. */
  run(): boolean {
    const { bytes } = this;
    let depth = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at]!;
      depth += DEPTH[byte]!;
      if (byte !== QUOTE) continue;
      const end = this.endOfString(at + 1);
      if (end < 0) return false;
      const column = depth === 1 ? COLUMN_OF.get(asciiText(bytes, at + 1, end) ?? '') : undefined;
      if (column !== undefined && this.seen.has(column.name)) return false;
      at = column === undefined ? end : this.take(column, end);
    }
    this.rest.push(bytes.subarray(this.restFrom));
    return true;
  }

  /** Reads a column behind its name, if it is written as it should; gives the last place that is done with. */
  private take({ name, width }: (typeof COLUMNS)[number], quote: number): number {
    const { bytes } = this;
    this.seen.add(name);
    if (bytes[quote + 1] !== COLON || bytes[quote + 2] !== PLACEHOLDER[0]) return quote;
    const read = integersAt(bytes, quote + 3, { max: 2 ** (8 * width) - 1, none: NONE[name] });
    if (read === undefined) return quote;
    this.columns.set(name, MAKE[width](read.values));
    this.rest.push(bytes.subarray(this.restFrom, quote + 2), PLACEHOLDER);
    this.restFrom = read.end;
    return read.end - 1;
  }

  /** The place of the closing quote; -1 when there is none, or an escape before it. */
  private endOfString(from: number): number {
    const { bytes } = this;
    for (let at = from; at < bytes.length; at += 1) {
      if (bytes[at] === QUOTE) return at;
      if (bytes[at] === BACKSLASH) return -1;
    }
    return -1;
  }
}

/**
 * The object with its columns typed already, as far as they are plain. Undefined says nothing: then the parser reads the whole, and
 * what it refuses is refused in its words.
 */
export const skimObject = (bytes: Uint8Array): JsonObject | undefined => {
  const skim = new Skim(bytes);
  if (!skim.run()) return undefined;
  const text = textOf(Buffer.concat(skim.rest));
  if (typeof text !== 'string') return undefined;
  const body = parseObject(text, '');
  return isRefusal(body) ? undefined : { ...body, ...Object.fromEntries(skim.columns) };
};
