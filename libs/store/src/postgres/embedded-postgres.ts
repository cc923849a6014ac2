import { spawnSync, type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import pg from 'pg';
import { postgresBinaries } from './embedded-postgres.binaries.js';
import { initialise, isInitialised } from './embedded-postgres.init.js';
import { launch } from './embedded-postgres.launch.js';
import { connectionOf, isServerAlive, readStatus, removeForeignLock } from './embedded-postgres.status.js';
import { giveTo, serverUser, type ServerUser } from './embedded-postgres.user.js';
import { clientConfig, type PostgresConnection } from './postgres-database.js';

/** A running server, ours or another process's. */
export interface EmbeddedPostgres {
  /** Changes when the server is started anew: ask for each connection. */
  readonly connection: () => PostgresConnection;
  /** Whether this process started the server that runs now, and will end it. */
  readonly isOwner: () => boolean;
  /** Runs the loop again after a connection broke: whoever is first owns the next server. */
  readonly ensure: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** How the server is started. */
export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  /** Told before what takes longer than a moment, and when the server fails. */
  readonly onProgress?: (line: string) => void;
  /** Further settings, as `name=value`. */
  readonly settings?: readonly string[];
}

// A second process sees the same states as the first, at most this much later.
const POLL_MS = 100;
// 1200 × 100 ms: the crash recovery of the largest log that PostgreSQL keeps (1 GiB) stays well below.
const ATTEMPTS_MAX = 1_200;
// A just-killed server can hold its lock file and its memory for a second.
const TAKEN_MAX = 20;
// After two seconds somebody wonders.
const ATTEMPTS_BEFORE_TELLING = 20;
const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts PostgreSQL on a data directory, or joins the one that runs there. One loop for every process:
 * - READY: `postmaster.pid` says ready and a query is answered → guest, connect.
 * - EMPTY: no finished data directory → whoever creates `<dir>.init` makes one in there; the others wait.
 * - BUSY: a live server that is not ready (starting, recovering, stopping) → wait.
 * - DOWN: start the server; its own lock file decides who owns it; who loses goes back to READY.
 * The server ends with its owner, by SIGKILL too (Linux: parent death signal); when it is killed itself its owner starts it
 * again, and it recovers. Must be called from a main thread: the parent death signal follows the thread that started the server.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  if (!isMainThread) throw new Error('embedded PostgreSQL: started in a worker thread, it would end with it');
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const user = await serverUser(resolve(options.dataDir), postgresBinaries());
  const server = new EmbeddedServer(resolve(options.dataDir, 'postgres'), user, options);
  await server.ensure();
  return {
    connection: () => server.connection(),
    isOwner: () => server.isOwner(),
    ensure: () => server.ensure(),
    stop: () => server.stop(),
  };
};

class EmbeddedServer {
  private child: ChildProcess | undefined;
  // On Windows the server is no child of ours; then this alone says whose it is.
  private ownsDetached = false;
  private isStopping = false;
  private ensuring: Promise<void> | undefined;
  private known: PostgresConnection | undefined;

  constructor(
    private readonly directory: string,
    private readonly user: ServerUser,
    private readonly options: EmbeddedPostgresOptions,
  ) {}

  connection(): PostgresConnection {
    if (this.known === undefined) throw new Error('embedded PostgreSQL: asked for a connection before it was ready');
    return this.known;
  }

  isOwner(): boolean {
    return this.ownsDetached || (this.child !== undefined && isRunning(this.child));
  }

  ensure(): Promise<void> {
    this.ensuring ??= this.loop().finally(() => (this.ensuring = undefined));
    return this.ensuring;
  }

  private tell(line: string): void {
    this.options.onProgress?.(line);
  }

  private async loop(): Promise<void> {
    let taken = 0;
    for (let attempt = 0; attempt < ATTEMPTS_MAX && taken <= TAKEN_MAX && !this.isStopping; attempt++) {
      if (await this.answers()) return;
      if (attempt === ATTEMPTS_BEFORE_TELLING) this.tell('waiting for the embedded database');
      const did = await this.step();
      if (did === 'taken') taken++;
      if (did !== 'launched') await wait(POLL_MS);
    }
    if (!this.isStopping) throw new Error(`embedded PostgreSQL: the server on ${this.directory} did not become ready`);
  }

  private async step(): Promise<'launched' | 'taken' | 'wait'> {
    if (!(await isInitialised(this.directory))) {
      await initialise(this.directory, this.user, (line) => this.tell(line));
      return 'wait';
    }
    if (await this.isBusy()) return 'wait';
    return (await this.launch()) ? 'launched' : 'taken';
  }

  /** READY, and where. */
  private async answers(): Promise<boolean> {
    const status = await readStatus(this.directory);
    if (status?.isReady !== true) return false;
    const connection = await connectionOf(this.directory, status);
    const client = new pg.Client(clientConfig(connection, 'start'));
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      this.known = connection;
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private async isBusy(): Promise<boolean> {
    const status = await readStatus(this.directory);
    return status !== undefined && (await isServerAlive(status));
  }

  /** False = another process was first. A server that cannot start is an error at once: trying again would say the same. */
  private async launch(): Promise<boolean> {
    await removeForeignLock(this.directory);
    await giveTo(this.user, this.directory);
    const launched = await launch(this.directory, this.user, this.options.settings ?? [], (line) => this.tell(line));
    if (launched.state === 'taken') return false;
    if (launched.state === 'failed')
      throw new Error(`embedded PostgreSQL: the server on ${this.directory} does not start: ${launched.reason}`);
    this.child = launched.child;
    this.ownsDetached = launched.child === undefined;
    launched.child?.once('close', () => this.startAgain());
    return true;
  }

  private startAgain(): void {
    if (this.isStopping) return;
    this.tell('embedded PostgreSQL ended; starting it again');
    this.ensure().catch((error: Error) => this.tell(error.message));
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    await this.ensuring?.catch(() => undefined);
    if (this.ownsDetached) spawnSync(this.user.binaries.pgCtl, ['stop', '-m', 'fast', '-D', this.directory]);
    const child = this.child;
    if (child === undefined || !isRunning(child)) return;
    const closed = new Promise<void>((done) => child.once('close', () => done()));
    child.kill('SIGINT');
    const late = new AbortController();
    const killLate = wait(STOP_TIMEOUT_MS, undefined, { signal: late.signal }).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    );
    await closed;
    late.abort();
    await killLate;
  }
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null;
