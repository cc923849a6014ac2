import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { resolve, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { postgresBinaries, type PostgresBinaries } from './embedded-postgres.binaries.js';
import { asServerUser } from './embedded-postgres.user.js';
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
  /** Told before what takes longer than a moment. */
  readonly onProgress?: (line: string) => void;
  /** Further settings, as `name=value`. */
  readonly settings?: readonly string[];
}

const PORT = 5432;
// Unix socket paths hold at most 107 bytes; `/.s.PGSQL.5432` takes 14 of them.
const SOCKET_DIRECTORY_BYTES_MAX = 107 - 14;
// A second process sees the same states as the first, at most this much later.
const POLL_MS = 100;
// initdb takes under a second; a lock this old belongs to a process that died in it.
const INIT_STALE_MS = 30_000;
// 300 × 100 ms: a crash recovery of an hour of telemetry stays well below.
const ATTEMPTS_MAX = 300;
const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts PostgreSQL on a data directory, or joins the one that runs there. One loop for every process:
 * - READY: `postmaster.pid` says ready and a query is answered → guest, connect.
 * - EMPTY: no finished data directory → whoever creates `<dir>.init` exclusively runs initdb and writes the marker last; others wait.
 * - DOWN: start the server; its own lock file decides who owns it; who loses goes back to READY.
 * The server ends with its owner, by SIGKILL too (Linux: parent death signal), and survives a SIGKILL of its own by recovery.
 * Must be called from a main thread: the parent death signal follows the thread that started the server.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const directory = resolve(options.dataDir, 'postgres');
  if (process.platform !== 'win32' && Buffer.byteLength(directory) > SOCKET_DIRECTORY_BYTES_MAX) {
    throw new Error(`embedded PostgreSQL: the path ${directory} is too long for a socket; choose a shorter DATA_DIR`);
  }
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const server = new EmbeddedServer(directory, options);
  await server.ensure();
  return {
    connection: () => server.connection,
    isOwner: () => server.isOwner,
    ensure: () => server.ensure(),
    stop: () => server.stop(),
  };
};

class EmbeddedServer {
  private child: ChildProcess | undefined;
  private ensuring: Promise<void> | undefined;
  private readonly binaries: PostgresBinaries = postgresBinaries();
  readonly connection: PostgresConnection;

  constructor(
    private readonly directory: string,
    private readonly options: EmbeddedPostgresOptions,
  ) {
    this.connection = { host: directory, port: PORT, user: 'postgres', database: 'postgres' };
  }

  get isOwner(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  ensure(): Promise<void> {
    this.ensuring ??= this.loop().finally(() => (this.ensuring = undefined));
    return this.ensuring;
  }

  private async loop(): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      if (await this.answers()) return;
      if (!existsSync(join(this.directory, 'tocsin-ready'))) await this.initialise();
      else if (!this.isOwner) await this.launch();
      await wait(POLL_MS);
    }
    throw new Error(`embedded PostgreSQL: the server on ${this.directory} did not become ready`);
  }

  private async answers(): Promise<boolean> {
    const pid = await readFile(join(this.directory, 'postmaster.pid'), 'utf8').catch(() => '');
    if (pid.split('\n')[7]?.trim() !== 'ready') return false;
    const client = new pg.Client(clientConfig(this.connection, 'start'));
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query('select 1');
      return true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  private async initialise(): Promise<void> {
    const lock = `${this.directory}.init`;
    const age = await stat(lock).then(
      (s) => performance.timeOrigin + performance.now() - s.mtimeMs,
      () => 0,
    );
    if (age > INIT_STALE_MS) await rm(lock, { force: true });
    const handle = await open(lock, 'wx').catch(() => undefined);
    if (handle === undefined) return;
    try {
      this.options.onProgress?.('creating the embedded database');
      await rm(this.directory, { recursive: true, force: true });
      await mkdir(this.directory, { mode: 0o700 });
      await this.runInitdb();
      await writeFile(join(this.directory, 'tocsin-ready'), '');
    } finally {
      await handle.close();
      await rm(lock, { force: true });
    }
  }

  private async runInitdb(): Promise<void> {
    const [program, ...words] = asServerUser(this.binaries.initdb, [
      ...[
        '-D',
        this.directory,
        '-A',
        'trust',
        '-U',
        'postgres',
        '-E',
        'UTF8',
        '--locale=C',
        '--no-instructions',
        '--no-sync',
      ],
    ]);
    const child = spawn(program, words, { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
    let errors = '';
    child.stderr?.on('data', (data: Buffer) => (errors = (errors + data.toString()).slice(-2_000)));
    const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
    if (code !== 0) throw new Error(`embedded PostgreSQL: initdb failed: ${errors.trim()}`);
  }

  /** Starts the server and waits until it is ready or has ended; that another process was first is not an error. */
  private async launch(): Promise<void> {
    await this.removeForeignLock();
    const settings = [
      'listen_addresses=',
      `unix_socket_directories=${this.directory}`,
      'unix_socket_permissions=0700',
      ...(this.options.settings ?? []),
    ];
    const [program, ...words] = asServerUser(this.binaries.postgres, [
      '-D',
      this.directory,
      '-p',
      String(PORT),
      ...settings.flatMap((s) => ['-c', s]),
    ]);
    const child = spawn(program, words, { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
    this.child = child;
    await new Promise<void>((done) => {
      let log = '';
      child.stderr?.on('data', (data: Buffer) => {
        log = (log + data.toString()).slice(-4_000);
        if (log.includes('ready to accept connections')) done();
      });
      child.once('error', () => done());
      child.once('close', () => {
        if (!/lock file .* (already exists|is empty)|shared memory block/.test(log))
          this.options.onProgress?.(`PostgreSQL ended: ${log.trim().split('\n').at(-1) ?? ''}`);
        done();
      });
    });
  }

  /** A lock file on a kept volume can name a live process that is no server: then it is stale. */
  private async removeForeignLock(): Promise<void> {
    const path = join(this.directory, 'postmaster.pid');
    const pid = Number((await readFile(path, 'utf8').catch(() => '')).split('\n')[0]);
    if (!Number.isInteger(pid) || pid <= 0) return;
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
    if (command !== undefined && command !== '' && !command.includes('postgres')) await rm(path, { force: true });
  }

  async stop(): Promise<void> {
    const child = this.child;
    if (child === undefined || !this.isOwner) return;
    const closed = new Promise<void>((done) => child.once('close', () => done()));
    child.kill('SIGINT');
    const late = new AbortController();
    await Promise.race([
      closed,
      wait(STOP_TIMEOUT_MS, undefined, { signal: late.signal }).then(
        () => child.kill('SIGKILL'),
        () => undefined,
      ),
    ]);
    late.abort();
    await closed;
  }
}
