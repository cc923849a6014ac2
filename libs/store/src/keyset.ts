import { type CursorValue, cursorOf, isRefusal, type Page, readCursor, type Refusal } from '#contracts';
import type { Queryable } from './database.js';
import { listLimit } from './list-limit.js';

/** One column that a list is ordered by. It is never null, and what it holds of a row does not change, or the list says so. */
export interface OrderColumn<Row> {
  /** The column, or an expression over columns. */
  readonly sql: string;
  readonly kind: 'text' | 'number' | 'boolean';
  readonly isDescending?: boolean;
  /** The same of a row. */
  readonly of: (row: Row) => CursorValue;
}

/** The order of a list. Its columns together are unique, so that every row has a place of its own. */
export interface Order<Row> {
  /** The list, as its cursors name it. */
  readonly list: string;
  readonly columns: readonly OrderColumn<Row>[];
}

/** Which part of a list: so many rows, behind a cursor or from the beginning. */
export interface PageAsk {
  readonly limit: number;
  readonly after?: string | undefined;
}

/** What a list is read from. */
export interface ListQuery {
  /** `select … from …`, without a condition. */
  readonly select: string;
  /** The filter, over `$1` and on; absent: every row. */
  readonly where?: string;
  readonly values?: readonly unknown[];
}

const SQL_TYPES = { text: 'text', number: 'bigint', boolean: 'boolean' } as const;

/** `order by` of a list. */
export const orderBy = ({ columns }: Pick<Order<never>, 'columns'>): string =>
  `order by ${columns.map(({ sql, isDescending }) => (isDescending ? `${sql} desc` : sql)).join(', ')}`;

/**
 * What lies behind the values from parameter `first` on. Directions differ from column to column, for which SQL's row comparison has no
 * word: each column is told to be not before its value, so that an index is walked from there, and then who comes first.
 */
const behind = (columns: Order<never>['columns'], first: number): string => {
  const [column, ...rest] = columns;
  if (column === undefined) throw new Error('a list without an order has no pages');
  const sign = column.isDescending ? '<' : '>';
  const value = `$${first}::${SQL_TYPES[column.kind]}`;
  const isBehind = `${column.sql} ${sign} ${value}`;
  return rest.length === 0
    ? isBehind
    : `(${column.sql} ${sign}= ${value} and (${isBehind} or ${behind(rest, first + 1)}))`;
};

/** A page of rows that are at hand: the first `limit` of them, of `limit` + 1 where more follow. */
export const pageOf = <Row>(order: Order<Row>, rows: readonly Row[], limit: number): Page<Row> => {
  const items = rows.slice(0, limit);
  const cursors = items.map((row) =>
    cursorOf(
      order.list,
      order.columns.map(({ of }) => of(row)),
    ),
  );
  return { items, cursors, next: rows.length > limit ? (cursors.at(-1) ?? null) : null };
};

/**
 * Reads a part of a list: `LIST_ROWS_MAX` rows at most. Whoever goes on by `next` sees every row that was there all the while, once; rows
 * that are added meanwhile are seen where they lie behind the cursor. A cursor that is none of this list is refused.
 */
export const readPage = async <Row>(
  database: Queryable,
  order: Order<Row>,
  { select, where = 'true', values = [] }: ListQuery,
  ask: PageAsk,
): Promise<Page<Row> | Refusal> => {
  const limit = Math.max(1, listLimit(ask.limit));
  const kinds = order.columns.map(({ kind }) => kind);
  const place = ask.after === undefined ? [] : readCursor(order.list, kinds, ask.after);
  if (isRefusal(place)) return place;
  const isBehind = place.length === 0 ? 'true' : behind(order.columns, values.length + 2);
  const rows = await database.query<Row>(
    `${select} where (${where}) and ${isBehind} ${orderBy(order)} limit $${values.length + 1}`,
    [...values, limit + 1, ...place],
  );
  return pageOf(order, rows, limit);
};

/** A list as a repository offers it. */
export interface List<Row, Filter = unknown> {
  /** Its first rows. */
  readonly list: (filter: Filter & { readonly limit: number }) => Promise<readonly Row[]>;
  /** A part of it. */
  readonly page: (ask: Filter & PageAsk) => Promise<Page<Row> | Refusal>;
}

/** A list of one order and one kind of filter. */
export const createList = <Row, Filter = unknown>(
  database: Queryable,
  order: Order<Row>,
  queryOf: (filter: Filter) => ListQuery,
): List<Row, Filter> => ({
  list: async (filter) => {
    const { select, where = 'true', values = [] } = queryOf(filter);
    const text = `${select} where ${where} ${orderBy(order)} limit $${values.length + 1}`;
    return database.query<Row>(text, [...values, listLimit(filter.limit)]);
  },
  page: (ask) => readPage(database, order, queryOf(ask), ask),
});

const isBefore = (a: CursorValue, b: CursorValue, { isDescending }: OrderColumn<never>): boolean =>
  isDescending === true ? a > b : a < b;

/** How one row stands to another in an order: negative where it comes first. Text is compared by its code units. */
export const compareRows =
  <Row>({ columns }: Order<Row>) =>
  (a: Row, b: Row): number => {
    for (const column of columns) {
      const [of, other] = [column.of(a), column.of(b)];
      if (of !== other) return isBefore(of, other, column) ? -1 : 1;
    }
    return 0;
  };

/** A page of a list that is in memory, in its order; the same promises as `readPage`. */
export const pageOfSorted = <Row>(order: Order<Row>, sorted: readonly Row[], ask: PageAsk): Page<Row> | Refusal => {
  const limit = Math.max(1, listLimit(ask.limit));
  const kinds = order.columns.map(({ kind }) => kind);
  const place = ask.after === undefined ? [] : readCursor(order.list, kinds, ask.after);
  if (isRefusal(place)) return place;
  const isBehind = (row: Row): boolean => {
    for (const [index, column] of order.columns.entries()) {
      const [of, from] = [column.of(row), place[index]!];
      if (of !== from) return isBefore(from, of, column);
    }
    return false;
  };
  // Halved until the first that lies behind: ten thousand rows are not walked for a page in the middle.
  let [low, high] = [0, place.length === 0 ? 0 : sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBehind(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return pageOf(order, sorted.slice(low, low + limit + 1), limit);
};
