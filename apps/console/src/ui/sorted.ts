/** What rows are put in order by; null: nothing is known, which is neither the least nor the most. */
export type Rank = string | number | null;

/** The order that an address asks for: `money`, or `-money` for the most first. */
export interface Order {
  readonly by: string;
  readonly isDescending: boolean;
}

/** Reads `-money`; undefined: the order in which the rows came. */
export const readOrder = (text: string | undefined): Order | undefined => {
  if (text === undefined) return undefined;
  return text.startsWith('-') ? { by: text.slice(1), isDescending: true } : { by: text, isDescending: false };
};

/** What the address says after the heading of a column was pressed: the most first, the least first, as they came. */
export const nextOrder = (order: Order | undefined, by: string): string | undefined => {
  if (order?.by !== by) return `-${by}`;
  return order.isDescending ? by : undefined;
};

const compare = (one: string | number, other: string | number): number =>
  typeof one === 'number' && typeof other === 'number'
    ? one - other
    : String(one).localeCompare(String(other), 'en', { numeric: true });

/** Rows by what is known of each; of equals the order stays, and those of which nothing is known are last either way. */
export const sorted = <Row>(
  rows: readonly Row[],
  rankOf: ((row: Row) => Rank) | undefined,
  isDescending = false,
): readonly Row[] => {
  if (rankOf === undefined) return rows;
  const ranked = rows.map((row) => [rankOf(row), row] as const);
  return ranked
    .toSorted(([one], [other]) => {
      if (one === null || other === null) return Number(one === null) - Number(other === null);
      return isDescending ? compare(other, one) : compare(one, other);
    })
    .map(([, row]) => row);
};
