import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { passwordFile } from './embedded-postgres.status.js';
import { giveTo, type ServerUser } from './embedded-postgres.user.js';

// initdb takes under a second and its folder is touched all the time: this old, it belongs to a machine that went down.
const STALE_MS = 30_000;
// Well below the above, also on a machine that is busy.
const TOUCH_MS = 5_000;

const markerOf = (directory: string): string => join(directory, 'tocsin-ready');
const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Whether the data directory was finished. */
export const isInitialised = (directory: string): Promise<boolean> => exists(markerOf(directory));

/**
 * Makes a data directory. Of several processes the one that creates `<directory>.init` works, in there, and renames the finished
 * directory to its place; false = somebody else is at it, or was. A folder in that place that is not ours is never touched.
 */
export const initialise = async (
  directory: string,
  user: ServerUser,
  onProgress: (line: string) => void,
): Promise<boolean> => {
  if (await exists(directory)) {
    if (await isInitialised(directory)) return false;
    throw new Error(`embedded PostgreSQL: ${directory} exists and was not made by Tocsin; choose another DATA_DIR`);
  }
  const work = `${directory}.init`;
  try {
    await mkdir(work, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await removeStale(work);
    return false;
  }
  const done = new AbortController();
  try {
    await writeFile(join(work, 'pid'), String(process.pid));
    onProgress('creating the embedded database');
    void touch(work, done.signal);
    await makeDirectory(join(work, 'data'), user);
    await rename(join(work, 'data'), directory);
    return true;
  } finally {
    done.abort();
    await rm(work, { recursive: true, force: true });
  }
};

const makeDirectory = async (data: string, user: ServerUser): Promise<void> => {
  const work = join(data, '..');
  const password = join(work, 'password');
  await writeFile(password, randomBytes(24).toString('base64url'), { mode: 0o600 });
  await mkdir(data, { mode: 0o700 });
  await giveTo(user, work);
  await runInitdb(data, password, user);
  await rename(password, passwordFile(data));
  await writeFile(markerOf(data), '');
};

const runInitdb = async (data: string, password: string, user: ServerUser): Promise<void> => {
  // The socket lies in a folder that only we can open; loopback is everybody's.
  const access = ['--auth-local=trust', '--auth-host=scram-sha-256', `--pwfile=${password}`, '-U', 'postgres'];
  const options = [...access, '-E', 'UTF8', '--locale=C', '--no-instructions'];
  const [program = '', ...words] = [...user.prefix, user.binaries.initdb, '-D', data, ...options];
  const child = spawn(program, words, { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr?.on('data', (text: Buffer) => (errors = (errors + text.toString()).slice(-2_000)));
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
  if (code !== 0) throw new Error(`embedded PostgreSQL: initdb failed: ${errors.trim()}`);
};

/** Says that we still live, so that nobody takes a slow start for a dead one. */
const touch = async (work: string, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    await wait(TOUCH_MS, undefined, { signal, ref: false }).catch(() => undefined);
    const nowS = (performance.timeOrigin + performance.now()) / 1_000;
    if (!signal.aborted) await utimes(work, nowS, nowS).catch(() => undefined);
  }
};

/** Clears what a killed process left. Renamed first, so that of several that see it only one clears it. */
const removeStale = async (work: string): Promise<void> => {
  const found = await stat(work).catch(() => undefined);
  if (found === undefined) return;
  const ageMs = performance.timeOrigin + performance.now() - found.mtimeMs;
  const pid = Number(await readFile(join(work, 'pid'), 'utf8').catch(() => ''));
  if (ageMs < STALE_MS && (pid === 0 || isAlive(pid))) return;
  const aside = `${work}.${process.pid}`;
  await rename(work, aside).catch(() => undefined);
  await rm(aside, { recursive: true, force: true });
};

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
};
