/** Something that runs SQL: the pool, or one transaction. Values are always parameters, never text. */
export interface Queryable {
  readonly query: <Row = Record<string, unknown>>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
}

/**
 * PostgreSQL, 15 or later. Every wait is bounded (connect 1.5 s, statement 2.5 s, lock 1 s); a connection that failed is thrown
 * away, never reused.
 */
export interface Database extends Queryable {
  /** READ COMMITTED. Commits when `work` resolves, rolls back when it throws. A failed COMMIT means: outcome unknown. */
  readonly transaction: <T>(work: (tx: Queryable) => Promise<T>) => Promise<T>;
  readonly close: () => Promise<void>;
}
