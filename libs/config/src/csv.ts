/** A field with the place where it begins, both from 1. */
export interface CsvField {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** A quote that is never closed. */
export interface CsvFault {
  readonly fault: string;
  readonly line: number;
  readonly column: number;
}

/** A field from one position on: its text, and where it ends. */
const readField = (text: string, from: number): { readonly value: string; readonly end: number } | undefined => {
  if (text[from] !== '"') {
    let end = from;
    while (end < text.length && text[end] !== ',' && text[end] !== '\n') end += 1;
    return { value: text.slice(from, end), end };
  }
  let value = '';
  for (let at = from + 1; ;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return undefined;
    value += text.slice(at, quote);
    if (text[quote + 1] !== '"') {
      const next = text[quote + 1];
      // What follows a closed quote belongs to no field.
      return next === undefined || next === ',' || next === '\n' ? { value, end: quote + 1 } : undefined;
    }
    value += '"';
    at = quote + 2;
  }
};

/** Rows of a CSV (RFC 4180: quotes, doubled quotes, line breaks within quotes). Empty lines are no rows. */
export const readCsv = (source: string): readonly (readonly CsvField[])[] | CsvFault => {
  const text = source.replace(/^\ufeff/, '').replaceAll('\r\n', '\n');
  const rows: CsvField[][] = [];
  let [row, line, lineStart]: [CsvField[], number, number] = [[], 1, 0];
  for (let at = 0; at < text.length;) {
    const column = at - lineStart + 1;
    const field = readField(text, at);
    if (field === undefined) return { fault: 'a quote that is not closed where the field ends', line, column };
    row.push({ text: field.value, line, column });
    const read = text.slice(at, field.end);
    line += read.split('\n').length - 1;
    if (read.includes('\n')) lineStart = at + read.lastIndexOf('\n') + 1;
    at = field.end;
    if (text[at] === ',' && at + 1 < text.length) {
      at += 1;
      continue;
    }
    // A comma at the very end stands before an empty field.
    if (text[at] === ',') row.push({ text: '', line, column: at - lineStart + 2 });
    if (row.length > 1 || row[0]?.text !== '') rows.push(row);
    [row, line, lineStart] = [[], line + 1, at + 1];
    at += 1;
  }
  return rows;
};

/** A field as it is written: quoted where it must be. */
export const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
