import pg from 'pg';
import { setTimeout as wait } from 'node:timers/promises';
import type { Database, Queryable, TransactionOptions } from '../database.js';
import { mayConnectAgain, mayRunAgain } from './postgres-retry.js';
import { isUnanswered } from './too-slow.js';

/** Where a PostgreSQL is: what `pg` takes, and nothing that could be a secret in a log line. */
export interface PostgresConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: string;
  /** TLS; the server's certificate is checked. */
  readonly ssl?: { readonly rejectUnauthorized: true } | undefined;
}

/** How a pool is opened. */
export interface DatabaseOptions {
  /** Asked for each new connection, since an embedded server may come back on another socket. */
  readonly connection: () => PostgresConnection;
  /** Brings the server back when it does not answer: `ensure` of an embedded server. */
  readonly onUnreachable?: () => Promise<void>;
  /** Shown in pg_stat_activity. */
  readonly name: string;
  /** Connections at most; further work waits, bounded by the connect timeout. */
  readonly connectionsMax?: number;
  /** How long a statement may take, ms, in place of 2.5 s. */
  readonly statementTimeoutMs?: number;
  /** Errors of idle connections: the server went away. Told, never thrown: the next query gets a new connection. */
  readonly onIdleError?: (error: Error) => void;
}

/** No connection could be had: nothing was asked of the server, and nothing took effect. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable';
}

// A hung server must cost a caller seconds, not for ever (the default waits without end).
const CONNECT_TIMEOUT_MS = 1_500;
const QUERY_TIMEOUT_MS = 3_000;
// Below the client's timeout, so that the server gives up first and says why.
const STATEMENT_TIMEOUT_MS = 2_500;
const LOCK_TIMEOUT_MS = 1_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;

/** How long we wait for what may take so long: longer than the server, which says why. */
const answeredWithinMs = (statementTimeoutMs: number | undefined): number | undefined =>
  statementTimeoutMs === undefined ? undefined : statementTimeoutMs + QUERY_TIMEOUT_MS - STATEMENT_TIMEOUT_MS;

const INT8_OID = 20;
// Offsets, slots and counts stay below 2^53; anything above is a wrong program, not a rounding.
const toSafeInteger = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new Error(`int8 ${text} is not a safe integer`);
  return value;
};
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8_OID && format !== 'binary' ? toSafeInteger : pg.types.getTypeParser(oid, format),
} as pg.CustomTypesConfig;

/** Client settings with every wait bounded. */
export const clientConfig = ({ ssl, ...connection }: PostgresConnection, name: string): pg.ClientConfig => ({
  ...connection,
  ...(ssl === undefined ? {} : { ssl: { ...ssl } }),
  application_name: `tocsin ${name}`,
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  query_timeout: QUERY_TIMEOUT_MS,
  statement_timeout: STATEMENT_TIMEOUT_MS,
  lock_timeout: LOCK_TIMEOUT_MS,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
  keepAlive: true,
  types,
});

// A killed server answers again after about 100 ms; five tries with these pauses span 1.5 s, as long as one connect may take.
const CONNECT_PAUSES_MS = [50, 150, 400, 900];
// A deadlock that comes back twice is a lock order that is wrong, not bad luck.
const RUNS_MAX = 3;

/** Connections of a pool at this moment. */
export interface PoolUse {
  readonly busy: number;
  readonly idle: number;
  /** Callers that wait for one. */
  readonly waiting: number;
}

/** A database with a pool of connections. */
export interface PooledDatabase extends Database {
  readonly poolUse: () => PoolUse;
}

/** Opens a pool. Nothing connects until the first query. */
export const openDatabase = (options: DatabaseOptions): PooledDatabase => {
  class Client extends pg.Client {
    constructor() {
      const { connection, name, statementTimeoutMs } = options;
      const config = clientConfig(connection(), name);
      super(statementTimeoutMs === undefined ? config : { ...config, statement_timeout: statementTimeoutMs });
    }
  }
  const pool = new pg.Pool({
    Client,
    // Four suit one role on one event loop; a fifth caller waits for a connection, bounded by the query timeout.
    max: options.connectionsMax ?? 4,
    connectionTimeoutMillis: QUERY_TIMEOUT_MS,
  });
  pool.on('error', (error) => options.onIdleError?.(error));
  const connect = (): Promise<pg.PoolClient> => connectPatiently(pool, options);
  return {
    query: async <Row>(text: string, values: readonly unknown[] = []) => {
      const client = await connect();
      return runAndRelease(client, () => run<Row>(client, text, values, answeredWithinMs(options.statementTimeoutMs)));
    },
    transaction: async (work, transactionOptions = {}) => {
      for (let runs = 1; ; runs++) {
        const client = await connect();
        try {
          return await runAndRelease(client, () => inTransaction(client, work, transactionOptions));
        } catch (error) {
          if (runs === RUNS_MAX || !mayRunAgain(error)) throw error;
        }
      }
    },
    close: () => pool.end(),
    poolUse: () => ({
      busy: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
  };
};

/** Nothing has been asked of the server yet, so a refused connection may be tried again without doubt. */
const connectPatiently = async (pool: pg.Pool, options: DatabaseOptions): Promise<pg.PoolClient> => {
  for (const pauseMs of CONNECT_PAUSES_MS) {
    try {
      return await pool.connect();
    } catch (error) {
      if (!mayConnectAgain(error))
        throw new DatabaseUnavailable(`connect to the database: ${(error as Error).message}`, { cause: error });
      // Only begun here: whether it succeeds shows in the next try, and a long recovery must not hold the caller.
      void options.onUnreachable?.().catch((failure: Error) => options.onIdleError?.(failure));
      await wait(pauseMs);
    }
  }
  return connectOnce(pool);
};

const connectOnce = (pool: pg.Pool): Promise<pg.PoolClient> =>
  pool.connect().catch((cause: Error) => {
    throw new DatabaseUnavailable(`connect to the database: ${cause.message}`, { cause });
  });

const run = async <Row>(
  client: pg.PoolClient,
  text: string,
  values: readonly unknown[],
  timeoutMs = QUERY_TIMEOUT_MS,
): Promise<readonly Row[]> => {
  const config: pg.QueryConfig & { query_timeout: number } = { text, values: [...values], query_timeout: timeoutMs };
  return (await client.query(config)).rows as Row[];
};

/** A connection that failed in any way is thrown away: what state it is in is not worth knowing. */
const runAndRelease = async <T>(client: pg.PoolClient, work: () => Promise<T>): Promise<T> => {
  // An error event between two statements would end the process without a listener.
  const onError = (): void => undefined;
  client.on('error', onError);
  let failed = true;
  try {
    const result = await work();
    failed = false;
    return result;
  } finally {
    client.off('error', onError);
    client.release(failed);
  }
};

const inTransaction = async <T>(
  client: pg.PoolClient,
  work: (tx: Queryable) => Promise<T>,
  { statementTimeoutMs, isSnapshot = false }: TransactionOptions,
): Promise<T> => {
  await client.query(isSnapshot ? 'begin isolation level repeatable read, read only' : 'begin');
  try {
    if (statementTimeoutMs !== undefined) {
      // Waiting for the locks of a slow neighbour is part of a slow statement.
      await run(client, `select set_config(n, $1, true) from unnest(array['statement_timeout', 'lock_timeout']) n`, [
        String(statementTimeoutMs),
      ]);
    }
    const timeoutMs = answeredWithinMs(statementTimeoutMs);
    const result = await work({ query: (text, values = []) => run(client, text, values, timeoutMs) });
    await client.query('commit');
    return result;
  } catch (error) {
    // The connection is closed right after, which rolls back in any case; this only frees the locks sooner.
    // A server that did not answer will not answer this either: nobody waits twice for it.
    if (!isUnanswered(error)) await client.query('rollback').catch(() => undefined);
    throw error;
  }
};
