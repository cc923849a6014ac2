import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PostgresConnection } from './postgres-database.js';

/** What a server says about itself in its lock file. */
export interface ServerStatus {
  readonly pid: number;
  readonly isReady: boolean;
  readonly port: number;
  /** Empty when the server listens on loopback only. */
  readonly socketDirectory: string;
}

const lockFile = (directory: string): string => join(directory, 'postmaster.pid');
const readText = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');

/** Reads `postmaster.pid`: pid, directory, start time, port, socket directory, host, shared memory, state. */
export const readStatus = async (directory: string): Promise<ServerStatus | undefined> => {
  const lines = (await readText(lockFile(directory))).split('\n').map((line) => line.trim());
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  return { pid, port: Number(lines[3]), socketDirectory: lines[4] ?? '', isReady: lines[7] === 'ready' };
};

/** Where the password for loopback lies; its folder is closed to others. */
export const passwordFile = (directory: string): string => join(directory, 'tocsin-password');

/** How to reach the server of a status: its socket, which only we may open, else loopback with the generated password. */
export const connectionOf = async (directory: string, status: ServerStatus): Promise<PostgresConnection> => {
  const common = { port: status.port, user: 'postgres', database: 'postgres' };
  if (status.socketDirectory !== '') return { ...common, host: status.socketDirectory };
  return { ...common, host: '127.0.0.1', password: (await readText(passwordFile(directory))).trim() };
};

/** Whether the process of a lock file runs and can be a server. Only Linux says what it is. */
export const isServerAlive = async ({ pid }: ServerStatus): Promise<boolean> => {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const command = await readText(`/proc/${pid}/cmdline`);
  return command === '' || command.includes('postgres');
};

/** A lock file on a kept volume can name a live process that is no server; PostgreSQL would refuse to start for ever. */
export const removeForeignLock = async (directory: string): Promise<void> => {
  const status = await readStatus(directory);
  if (status === undefined || (await isServerAlive(status))) return;
  // Another process may have started a server since.
  if ((await readStatus(directory))?.pid === status.pid) await rm(lockFile(directory), { force: true });
};
