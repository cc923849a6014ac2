import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Processes that may dispatch on one data directory at once; one more is started with a directory of its own. */
const FOLDERS_MAX = 16;
/** Of `/proc/<pid>/stat`, behind the name in brackets: when the process began, so that an id that is used again is not taken for it. */
const START_FIELD = 19;

const startOf = (pid: number): string => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[START_FIELD] ?? '';
  } catch {
    return '';
  }
};

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
};

/** Whether whoever wrote the lock still runs. */
const isHeld = (path: string): boolean => {
  const [pid, start] = readFileSync(path, 'utf8').trim().split(' ');
  return pid !== undefined && lives(Number(pid)) && startOf(Number(pid)) === (start ?? '');
};

const take = (folder: string): (() => void) | undefined => {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, 'owner');
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      writeFileSync(path, `${process.pid} ${startOf(process.pid)}\n`, { flag: 'wx', mode: 0o600 });
      return () => rmSync(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      if (isHeld(path)) return undefined;
      rmSync(path, { force: true });
    }
  }
  return undefined;
};

/** Takes the first folder that no living process has: what the last one left there is sent by this one. */
export const takeSpoolFolder = (dataDir: string): { readonly folder: string; readonly release: () => void } => {
  for (let number = 0; number < FOLDERS_MAX; number += 1) {
    const folder = join(dataDir, 'dispatcher-spool', String(number));
    const release = take(folder);
    if (release !== undefined) return { folder, release };
  }
  throw new Error(`open the spool: ${FOLDERS_MAX} processes dispatch in ${dataDir} already`);
};
