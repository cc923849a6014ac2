import type { Key, ReactNode } from 'react';

/** A column: its heading, and what stands in it for a row. The first one names the row. */
export interface Column<Row> {
  readonly heading: string;
  readonly isNumber?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

interface RowsProps<Row> {
  /** What the table is of, for who does not see where it stands. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => Key;
  /** What it means that there is none. */
  readonly none: string;
}

const numeric = (isNumber = false) => (isNumber ? 'number' : undefined);

/** A table that scrolls by itself and can be reached by keyboard, or a sentence where there is nothing. */
export const Rows = <Row,>({ label, columns, rows, keyOf, none }: RowsProps<Row>) =>
  rows.length === 0 ? (
    <p className="quiet">{none}</p>
  ) : (
    <div className="scrolls" tabIndex={0} role="group" aria-label={label}>
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ heading, isNumber }) => (
              <th key={heading} scope="col" className={numeric(isNumber)}>
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map(({ heading, isNumber, cell }, index) =>
                index === 0 ? (
                  <th key={heading} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td key={heading} className={numeric(isNumber)}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
