import type { Queryable } from './database.js';

/** Ten minutes of the baselines, as the rules encoded them. */
export interface BaselinePoolRow {
  /** Ten minutes each, since the epoch. */
  readonly pool: number;
  readonly body: Uint8Array;
}

/** The state of the baselines at the position of the rules. */
export interface BaselinePoolRepository {
  /** Within the transaction that moves the position; takes the place of what was kept, and drops pools that are not held any more. */
  readonly write: (tx: Queryable, pools: readonly BaselinePoolRow[], held: readonly number[]) => Promise<void>;
  /** Oldest first. */
  readonly read: () => Promise<readonly BaselinePoolRow[]>;
}

// A statement each: once a minute one pool changes, at the first start twenty, and a body of ten thousand customers has 300 KB.
const UPSERT = `
  insert into baseline_pool (pool, body) values ($1, $2) on conflict (pool) do update set body = excluded.body`;

/** Pools in PostgreSQL. */
export const createBaselinePoolRepository = (database: Queryable): BaselinePoolRepository => ({
  write: async (tx, pools, held) => {
    for (const { pool, body } of pools) await tx.query(UPSERT, [pool, body]);
    if (pools.length > 0) await tx.query('delete from baseline_pool where pool <> all($1::bigint[])', [held]);
  },
  read: () => database.query<BaselinePoolRow>('select pool, body from baseline_pool order by pool'),
});
