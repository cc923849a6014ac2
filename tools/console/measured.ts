/** A figure of the report, with what it may be. */
export interface Measured {
  readonly name: string;
  /** Undefined: it was not measured, and `note` says why. */
  readonly value: number | undefined;
  readonly unit: string;
  readonly limit: number;
  /** Whether more is better, as of a score. */
  readonly isMinimum?: boolean;
  readonly note?: string;
}

/** Whether a figure is within its limit; undefined where there is none. */
export const holds = ({ value, limit, isMinimum = false }: Measured): boolean | undefined => {
  if (value === undefined) return undefined;
  return isMinimum ? value >= limit : value <= limit;
};

/** The smallest value that at least this share of the values is not above. Throws where there is none. */
export const percentileOf = (values: readonly number[], share: number): number => {
  const ordered = values.toSorted((one, other) => one - other);
  const found = ordered[Math.max(0, Math.ceil(share * ordered.length) - 1)];
  if (found === undefined) throw new Error('there is no percentile of nothing');
  return found;
};

const WORDS = new Map<boolean | undefined, string>([
  [true, 'ok'],
  [false, 'MISSED'],
  [undefined, 'not measured'],
]);

const figure = (value: number | undefined): string =>
  value === undefined ? '–' : value.toFixed(Number.isInteger(value) ? 0 : 3);

/** The figures as a table of fixed width. */
export const tableOfMeasured = (measured: readonly Measured[]): string => {
  const rows = [
    ['what', 'measured', 'limit', 'unit', '', ''],
    ...measured.map((each) => [
      each.name,
      figure(each.value),
      `${each.isMinimum === true ? '>=' : '<='} ${each.limit}`,
      each.unit,
      WORDS.get(holds(each)) ?? '',
      each.note ?? '',
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};
