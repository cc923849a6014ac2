/** A cell of a file: numbers stay numbers, null is an empty cell. */
export type Cell = string | number | null;

/** With these a spreadsheet begins a formula, so that a customer's name could be one. */
const FORMULA = /^[=+\-@\t\r]/;

const textOf = (cell: Cell): string => {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  // An apostrophe makes it a text to every spreadsheet.
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** A file of comma-separated values (RFC 4180), the headings first. No text of it is a formula to a spreadsheet. */
export const csvOf = (headings: readonly string[], rows: readonly (readonly Cell[])[]): string =>
  [headings, ...rows].map((cells) => `${cells.map(textOf).join(',')}\r\n`).join('');

/** Hands a file to who looks, made here: nothing is asked of the server. */
export const save = (name: string, type: string, parts: string[]): void => {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
};

/** The same of a table, with a mark of its encoding, without which one spreadsheet takes UTF-8 for something else. */
export const download = (name: string, text: string): void => save(name, 'text/csv;charset=utf-8', ['\uFEFF', text]);
