/** Something that runs SQL: the pool, or one transaction. Values are always parameters, never text. */
export interface Queryable {
  readonly query: <Row = Record<string, unknown>>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>;
}

/** How one transaction differs from the others. */
export interface TransactionOptions {
  /** Most milliseconds for one statement, in place of 2.5 s: for migrations and rebuilds, never on a path that pages. */
  readonly statementTimeoutMs?: number;
  /** Every statement sees the same moment, and none may write: REPEATABLE READ, READ ONLY. */
  readonly isSnapshot?: boolean;
}

/**
 * PostgreSQL, 15 or later. Every wait is bounded (connect 1.5 s, statement 2.5 s, lock 1 s); a connection that failed is thrown
 * away, never reused.
 */
export interface Database extends Queryable {
  /**
   * READ COMMITTED. Commits when `work` resolves, rolls back when it throws. After a deadlock or a serialization failure `work`
   * runs again (twice at most), so it may change nothing but the database. A failed COMMIT means: outcome unknown; never repeated.
   */
  readonly transaction: <T>(work: (tx: Queryable) => Promise<T>, options?: TransactionOptions) => Promise<T>;
  readonly close: () => Promise<void>;
}
