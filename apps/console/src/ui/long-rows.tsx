import './long-rows.css';
import { type Key, useEffect, useMemo, useRef, useState } from 'react';
import type { Column } from './rows.js';
import { sliceOf } from './slice.js';
import { nextOrder, type Rank, readOrder, sorted } from './sorted.js';

/** A column that rows can be put in order by. */
export interface LongColumn<Row> extends Column<Row> {
  /** Its name in the address. */
  readonly name: string;
  readonly rank?: (row: Row) => Rank;
}

interface LongRowsProps<Row> {
  readonly label: string;
  readonly columns: readonly LongColumn<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => Key;
  readonly none: string;
  /** `money` or `-money`, as the address has it. */
  readonly order: string | undefined;
  readonly setOrder: (order: string | undefined) => void;
}

/** As long-rows.css has it: every row is so high, in pixels of a root of 16. */
const ROW_PX = 32;

const Room = ({ rows, width }: { readonly rows: number; readonly width: number }) =>
  rows === 0 ? null : (
    <tr className="room" aria-hidden="true">
      <td colSpan={width} style={{ height: rows * ROW_PX }} />
    </tr>
  );

const SORTS = { none: '', ascending: ' ▲', descending: ' ▼' } as const;

const Headings = <Row,>({ columns, order, setOrder }: Pick<LongRowsProps<Row>, 'columns' | 'order' | 'setOrder'>) => {
  const asked = readOrder(order);
  return (
    <thead>
      <tr aria-rowindex={1}>
        {columns.map(({ name, heading, isNumber, rank }) => {
          const sort = asked?.by !== name ? 'none' : asked.isDescending ? 'descending' : 'ascending';
          const className = isNumber === true ? 'number' : undefined;
          if (rank === undefined)
            return (
              <th key={name} scope="col" className={className}>
                {heading}
              </th>
            );
          return (
            <th key={name} scope="col" className={className} aria-sort={sort}>
              <button type="button" onClick={() => setOrder(nextOrder(asked, name))}>
                {heading}
                <span aria-hidden="true">{SORTS[sort]}</span>
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
};

/** Where one has scrolled to, and how high the place is. */
const useSight = () => {
  const place = useRef<HTMLDivElement>(null);
  const [sight, setSight] = useState({ scrolled: 0, height: 600 });
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const look = () => setSight({ scrolled: current.scrollTop, height: current.clientHeight });
    const watcher = new ResizeObserver(look);
    watcher.observe(current);
    current.addEventListener('scroll', look, { passive: true });
    return () => {
      watcher.disconnect();
      current.removeEventListener('scroll', look);
    };
  }, []);
  return { place, ...sight };
};

/**
 * A table of thousands of rows, of which those in sight are drawn: its rows are all equally high. It says how many rows there are to who
 * does not see it, and rows can be put in order by their headings.
 */
export const LongRows = <Row,>({ label, columns, rows, keyOf, none, order, setOrder }: LongRowsProps<Row>) => {
  const { place, scrolled, height } = useSight();
  const ordered = useMemo(() => {
    const asked = readOrder(order);
    return sorted(rows, columns.find(({ name }) => name === asked?.by)?.rank, asked?.isDescending);
  }, [rows, columns, order]);
  const { first, end } = sliceOf(scrolled, height, ROW_PX, ordered.length);
  return (
    <div className="long-rows" ref={place} tabIndex={0} role="group" aria-label={label}>
      <table aria-label={label} aria-rowcount={ordered.length + 1}>
        <Headings columns={columns} order={order} setOrder={setOrder} />
        <tbody>
          <Room rows={first} width={columns.length} />
          {ordered.slice(first, end).map((row, index) => (
            <tr key={keyOf(row)} aria-rowindex={first + index + 2}>
              {columns.map(({ name, isNumber, cell }, at) =>
                at === 0 ? (
                  <th key={name} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td key={name} className={isNumber === true ? 'number' : undefined}>
                    {cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
          <Room rows={ordered.length - end} width={columns.length} />
        </tbody>
      </table>
      {ordered.length === 0 && <p className="quiet">{none}</p>}
    </div>
  );
};
