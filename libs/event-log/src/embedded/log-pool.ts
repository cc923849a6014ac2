import pg from 'pg';
import { setTimeout as wait } from 'node:timers/promises';

/** How the embedded log reaches its database. */
export interface LogConnection {
  /** Settings of a new connection; asked each time, since an embedded server may come back elsewhere. */
  readonly connection: () => pg.ClientConfig;
  /** Brings the server back when it does not answer: `ensure` of an embedded server. */
  readonly onUnreachable?: () => Promise<void>;
  readonly onError?: (what: string, error: Error) => void;
}

// Every wait is bounded: a hung server must cost seconds, not for ever. The server gives up first and says why.
const CONNECT_TIMEOUT_MS = 1_500;
const QUERY_TIMEOUT_MS = 3_000;
const STATEMENT_TIMEOUT_MS = 2_500;
const LOCK_TIMEOUT_MS = 1_000;
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 5_000;
const CONNECT_PAUSE_MS = 100;
// Each chunk has prepared statements of its own; a connection that lives an hour never collects many.
const CONNECTION_LIFE_S = 3_600;

/** Settings of any connection of the log. */
export const boundedConfig = (options: LogConnection): pg.ClientConfig => ({
  application_name: 'tocsin event log',
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  query_timeout: QUERY_TIMEOUT_MS,
  statement_timeout: STATEMENT_TIMEOUT_MS,
  lock_timeout: LOCK_TIMEOUT_MS,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
  keepAlive: true,
  ...options.connection(),
});

/** A pool whose every wait is bounded and that throws away a connection that failed. */
export class LogPool {
  private readonly pool: pg.Pool;

  constructor(
    private readonly options: LogConnection,
    connectionsMax: number,
    startOptions = '',
  ) {
    class Client extends pg.Client {
      constructor() {
        super({ ...boundedConfig(options), ...(startOptions === '' ? {} : { options: startOptions }) });
      }
    }
    this.pool = new pg.Pool({
      Client,
      max: connectionsMax,
      connectionTimeoutMillis: QUERY_TIMEOUT_MS,
      maxLifetimeSeconds: CONNECTION_LIFE_S,
    });
    this.pool.on('error', (error) => options.onError?.('idle connection', error));
  }

  async query<Row>(config: pg.QueryConfig): Promise<readonly Row[]> {
    return this.with((client) => queryOn<Row>(client, config));
  }

  /** Runs work on one connection, which must be there before `deadlineMs` (of `performance.now()`); without one, at once. */
  async with<T>(work: (client: pg.PoolClient) => Promise<T>, deadlineMs = 0): Promise<T> {
    const client = await this.connect(deadlineMs);
    // An error event between two statements would end the process without a listener.
    const onError = (): void => undefined;
    client.on('error', onError);
    let failed = true;
    try {
      const result = await work(client);
      failed = false;
      return result;
    } finally {
      client.off('error', onError);
      client.release(failed);
    }
  }

  async transaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.with(async (client) => {
      // A failure closes the connection, which rolls back.
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    });
  }

  private async connect(deadlineMs: number): Promise<pg.PoolClient> {
    for (;;) {
      try {
        return await this.pool.connect();
      } catch (error) {
        this.options.onUnreachable?.().catch((e: Error) => this.options.onError?.('bring the server back', e));
        // Nothing was asked yet, so nothing is in doubt.
        if (performance.now() + CONNECT_PAUSE_MS >= deadlineMs) throw error;
        await wait(CONNECT_PAUSE_MS);
      }
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

/** The rows of one statement. */
export const queryOn = async <Row>(client: pg.PoolClient, config: pg.QueryConfig): Promise<readonly Row[]> =>
  (await client.query(config)).rows as Row[];
