import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts process times in hundredths of a second, whatever the kernel's tick is (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** CPU time of this process so far, s: user and system, with garbage collection and helper threads. */
export const ownCpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** Fields of `/proc/<pid>/stat` after the command, which may hold blanks: [0] is field 3. */
const statOf = (pid: number | string): readonly string[] | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // Ended meanwhile, or no such platform.
  }
};

const parentOf = (pid: number | string): number => Number(statOf(pid)?.[1] ?? -1);

/** CPU time of a process so far, s; 0 where the platform has no /proc. */
export const processCpuSeconds = (pid: number | string): number => {
  const stat = statOf(pid);
  return stat === undefined ? 0 : (Number(stat[11]) + Number(stat[12])) / TICKS_PER_SECOND;
};

/**
 * CPU time of a PostgreSQL server so far, s: all processes of the server that `backendPid` belongs to, so the WAL writer and the
 * checkpointer are in it. undefined where the platform has no /proc.
 */
export const serverCpuSeconds = (backendPid: number): number | undefined => {
  const postmaster = parentOf(backendPid);
  if (postmaster <= 0) return undefined;
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === postmaster);
  return [String(postmaster), ...children].reduce((sum, pid) => sum + processCpuSeconds(pid), 0);
};
