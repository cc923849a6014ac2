import { wrapped } from './wrapped.js';

/** A cell with a colour does not get wider by it. */
// oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
const ESCAPES = /\u001b\[\d+m/g;

const bare = (cell: string): string => cell.replaceAll(ESCAPES, '');
const widthOf = (cell: string): number => Array.from(bare(cell)).length;

/** What fits beside something else on most screens. */
const TABLE_CHARS = 100;
/** Between two columns. */
const GAP = '  ';
/** How far a line that goes on with a row is set in. */
const INDENT = '    ';
/** A last column that has less room stands on a line of its own. */
const LAST_CHARS_MIN = 36;

interface Column {
  readonly index: number;
  readonly width: number;
  readonly isNumber: boolean;
}

/** `99.95 %`, `$5,000/min`, a time, what is not known: not an id that begins with digits. */
const isNumber = (cell: string): boolean => /^(?:[-$\d]|timeout|unknown)/.test(cell) && !/^\d+[a-z]/i.test(cell);

const columnsOf = (names: readonly string[], rows: readonly (readonly string[])[]): readonly Column[] =>
  names.map((name, index) => {
    const cells = rows.map((row) => bare(row[index] ?? ''));
    const width = Math.max(...[name, ...cells].map((cell) => Array.from(cell).length));
    return { index, width, isNumber: rows.length > 0 && cells.every(isNumber) };
  });

/** Columns side by side as long as they fit; the others go on below. The last column takes the room that is left, where it is enough. */
const foldedOf = (columns: readonly Column[]): readonly (readonly Column[])[] => {
  const parts: Column[][] = [[]];
  let used = 0;
  for (const column of columns) {
    const room = TABLE_CHARS - used;
    const isLast = column === columns.at(-1);
    if (used > 0 && column.width > room && !(isLast && room >= LAST_CHARS_MIN)) {
      parts.push([]);
      used = INDENT.length;
    }
    parts.at(-1)?.push(column);
    used += column.width + GAP.length;
  }
  return parts;
};

const padded = (cell: string, { width, isNumber: isRight }: Column): string => {
  const space = ' '.repeat(Math.max(0, width - widthOf(cell)));
  return isRight ? `${space}${cell}` : `${cell}${space}`;
};

/** The lines of one row: its parts below one another, and the end of its last cell on as many lines as that takes. */
const linesOf = (row: readonly string[], parts: readonly (readonly Column[])[]): readonly string[] =>
  parts.flatMap((part, at) => {
    const indent = at === 0 ? '' : INDENT;
    const [last, before] = [part.at(-1), part.slice(0, -1)];
    if (last === undefined) return [];
    const start = indent + before.map((column) => padded(row[column.index] ?? '', column) + GAP).join('');
    const cell = row[last.index] ?? '';
    const room = TABLE_CHARS - widthOf(start);
    if (widthOf(cell) <= room || cell !== bare(cell)) return [(start + padded(cell, last)).trimEnd()];
    const [first = '', ...more] = wrapped(cell, room);
    return [start + first, ...more.map((line) => ' '.repeat(widthOf(start)) + line)];
  });

/**
 * Columns under their names, two spaces apart, numbers on the right, on lines of at most 100 characters: a row that is longer goes on
 * below, set in, and so do the names; the last column is broken between words. A single word that is longer stays whole, to be copied.
 */
export const formatTable = (names: readonly string[], rows: readonly (readonly string[])[]): string[] => {
  const columns = columnsOf(names, rows);
  const parts = foldedOf(columns);
  return [names, ...rows].flatMap((row) => linesOf(row, parts).filter((line, at) => at === 0 || line !== ''));
};
