import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ServerUser } from './embedded-postgres.user.js';

/** What became of a start: it serves, another process was first (or has not quite gone), or it cannot start. */
export type Launch =
  | { readonly state: 'ready'; readonly child: ChildProcess | undefined }
  | { readonly state: 'taken' }
  | { readonly state: 'failed'; readonly reason: string };

// A server's lock file or shared memory is still somebody's; the second is a killed server's, for up to a second.
const TAKEN = /lock file .* (already exists|is empty)|shared memory block|could not bind|Address already in use/;
// What an owner should read; everything else in the server's log is about single statements.
const WORTH_TELLING = /PANIC|automatic recovery in progress|No space left on device/;
const PORT = 5432;
// Unix socket paths hold at most 107 bytes; `/.s.PGSQL.5432` takes 14 of them.
const SOCKET_DIRECTORY_BYTES_MAX = 107 - 14;

/** A socket in the data directory, which only we may open; loopback with a password where the path is too long for one. */
const listenSettings = async (directory: string): Promise<{ port: number; settings: readonly string[] }> => {
  if (process.platform !== 'win32' && Buffer.byteLength(directory) <= SOCKET_DIRECTORY_BYTES_MAX) {
    const quoted = `"${directory.replaceAll('"', '""')}"`;
    const settings = ['listen_addresses=', `unix_socket_directories=${quoted}`, 'unix_socket_permissions=0700'];
    return { port: PORT, settings };
  }
  return { port: await freePort(), settings: ['listen_addresses=127.0.0.1', 'unix_socket_directories='] };
};

const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => done(port));
    });
  });

/** Starts the server and waits until it serves or has ended. */
export const launch = async (
  directory: string,
  user: ServerUser,
  settings: readonly string[],
  onProgress: (line: string) => void,
): Promise<Launch> => {
  const listen = await listenSettings(directory);
  const options = ['-p', String(listen.port), ...[...listen.settings, ...settings].flatMap((s) => ['-c', s])];
  if (process.platform === 'win32') return launchDetached(directory, user, options);
  const [program = '', ...words] = [...user.prefix, user.binaries.postgres, '-D', directory, ...options];
  const child = spawn(program, words, { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  return watch(child, onProgress);
};

const watch = (child: ChildProcess, onProgress: (line: string) => void): Promise<Launch> =>
  new Promise<Launch>((done) => {
    let log = '';
    child.stderr?.on('data', (data: Buffer) => {
      const text = data.toString();
      if (WORTH_TELLING.test(text)) onProgress(`embedded PostgreSQL: ${messageIn(text, WORTH_TELLING)}`);
      log = (log + text).slice(-4_000);
      if (log.includes('ready to accept connections')) done({ state: 'ready', child });
    });
    child.once('error', (error) => done({ state: 'failed', reason: error.message }));
    child.once('close', () => done(TAKEN.test(log) ? { state: 'taken' } : { state: 'failed', reason: lastOf(log) }));
  });

const messageIn = (text: string, pattern: RegExp): string =>
  text
    .split('\n')
    .find((line) => pattern.test(line))
    ?.replace(/^.*?(LOG|FATAL|PANIC|ERROR): +/, '') ?? '';

const lastOf = (log: string): string =>
  log
    .trim()
    .split('\n')
    .findLast((line) => /FATAL|PANIC|error/i.test(line)) ?? log.trim();

/** Windows: postgres refuses an administrator's shell, pg_ctl drops the rights; the server lives on when we die. Not yet run. */
const launchDetached = (directory: string, { binaries }: ServerUser, options: readonly string[]): Promise<Launch> => {
  const words = ['start', '-w', '-D', directory, '-l', join(directory, 'server.log'), '-o', options.join(' ')];
  const child = spawn(binaries.pgCtl, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr?.on('data', (data: Buffer) => (log = (log + data.toString()).slice(-4_000)));
  return new Promise((done) => {
    child.once('error', (error) => done({ state: 'failed', reason: error.message }));
    child.once('exit', (code) =>
      done(code === 0 ? { state: 'ready', child: undefined } : { state: 'failed', reason: lastOf(log) }),
    );
  });
};
