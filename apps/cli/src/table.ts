/** A cell with a colour does not get wider by it. */
// oxlint-disable-next-line no-control-regex -- the escape character is what is looked for
const ESCAPES = /\u001b\[\d+m/g;

const widthOf = (cell: string): number => Array.from(cell.replaceAll(ESCAPES, '')).length;

/** Columns under their names, two spaces apart; the last one as long as it is. Numbers stand on the right. */
export const formatTable = (names: readonly string[], rows: readonly (readonly string[])[]): string[] => {
  const lines = [names, ...rows];
  const widths = names.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))));
  const isNumber = names.map(
    (_, column) =>
      rows.length > 0 &&
      rows.every((row) => /^(?:[-$\d]|timeout|unknown)/.test((row[column] ?? '').replaceAll(ESCAPES, ''))),
  );
  const pad = (cell: string, column: number): string => {
    const space = ' '.repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell)));
    return isNumber[column] === true ? `${space}${cell}` : `${cell}${space}`;
  };
  return lines.map((line) =>
    names
      .map((_, column) => pad(line[column] ?? '', column))
      .join('  ')
      .trimEnd(),
  );
};
