import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { clientConfig, type DatabaseOptions } from './postgres-database.js';

// Any number nothing else locks: 'serv' in ASCII.
const SERVER_LOCK = 0x73657276;
// A predecessor that was killed leaves its session within a moment; a living one does not leave at all.
const TRIES_MAX = 25;
const TRY_EVERY_MS = 200;
// Two seconds, after which somebody wonders.
const TRIES_BEFORE_TELLING = 10;

/** Held while this process serves a database whose event log is embedded. */
export interface DatabaseLease {
  readonly release: () => Promise<void>;
}

const tryOnce = async (options: DatabaseOptions): Promise<pg.Client | undefined> => {
  const client = new pg.Client(clientConfig(options.connection(), options.name));
  client.on('error', () => undefined);
  let isTaken = false;
  try {
    await client.connect();
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [SERVER_LOCK]);
    isTaken = rows[0]?.taken === true;
    return isTaken ? client : undefined;
  } finally {
    // A session that nobody knows of would keep the lease from the next try.
    if (!isTaken) await client.end();
  }
};

/**
 * Takes the database for one server process: the embedded log has no group protocol, so two processes with consumers would count the
 * same partitions and refuse each other's positions for ever. undefined: another process serves it. The lease ends with its
 * session; when the database restarts under us it is not taken again: it guards against a second start, the positions'
 * compare-and-swap against everything else.
 */
export const leaseDatabase = async (
  options: DatabaseOptions,
  triesMax = TRIES_MAX,
  onWaiting: () => void = () => undefined,
): Promise<DatabaseLease | undefined> => {
  for (let tries = 1; tries <= triesMax; tries += 1) {
    const client = await tryOnce(options);
    if (client !== undefined) return { release: () => client.end() };
    if (tries === TRIES_BEFORE_TELLING) onWaiting();
    await wait(TRY_EVERY_MS);
  }
  return undefined;
};
