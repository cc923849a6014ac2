import { spawnSync } from 'node:child_process';
import { chmod, chown, cp, lchown, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PostgresBinaries } from './embedded-postgres.binaries.js';

/** How the server's programs are run, and whose the files must be. */
export interface ServerUser {
  /** Words before the program. */
  readonly prefix: readonly string[];
  /** Owner of the data directory; undefined = whoever we are. */
  readonly uid: number | undefined;
  readonly binaries: PostgresBinaries;
}

// initdb and postgres refuse to run as uid 0; 65534 is `nobody` on every Linux.
const NOBODY = 65_534;
// Inside a user namespace we look like nobody, while files stay root's: any path works, a closed home too.
const NAMESPACE = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
// Where namespaces are forbidden (the default of container engines): really nobody, who cannot see into a closed folder.
const REAL_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
// The server ends when the thread that started it does, by SIGKILL too.
const DIES_WITH_PARENT = ['setpriv', '--pdeathsig', 'INT'];

const works = ([program = '', ...words]: readonly string[]): boolean =>
  spawnSync(program, words, { stdio: 'ignore' }).status === 0;

/**
 * Chooses how to run the server. On Linux as root: in a user namespace, else as nobody. On Linux otherwise: with a parent death
 * signal where `setpriv` knows it. Elsewhere as it is: a server whose owner was killed lives on and the next process joins it.
 */
export const serverUser = async (dataDir: string, binaries: PostgresBinaries): Promise<ServerUser> => {
  if (process.platform !== 'linux') return { prefix: [], uid: undefined, binaries };
  const isRoot = process.getuid?.() === 0;
  if (!isRoot)
    return { prefix: works([...DIES_WITH_PARENT, 'true']) ? DIES_WITH_PARENT : [], uid: undefined, binaries };
  if (works([...NAMESPACE, ...DIES_WITH_PARENT, 'true']))
    return { prefix: [...NAMESPACE, ...DIES_WITH_PARENT], uid: 0, binaries };
  const prefix = [...REAL_NOBODY, ...DIES_WITH_PARENT.slice(1)];
  if (!works([...prefix, 'true'])) {
    throw new Error(
      'embedded PostgreSQL: root may neither open a user namespace nor become another user here; run as another user or set DATABASE_URL',
    );
  }
  await openForNobody(dataDir, prefix);
  return { prefix, uid: NOBODY, binaries: await reachable(dataDir, binaries, prefix) };
};

const openForNobody = async (dataDir: string, prefix: readonly string[]): Promise<void> => {
  // Others may pass through, not look: what lies below has permissions of its own.
  await chmod(dataDir, 0o711);
  if (works([...prefix, 'test', '-x', dataDir])) return;
  throw new Error(
    `embedded PostgreSQL: user namespaces are forbidden here and another user cannot reach ${dataDir}; choose a DATA_DIR outside of closed folders or set DATABASE_URL`,
  );
};

/** Nobody cannot run programs below a closed home: then the server is copied beside its data, once. */
const reachable = async (
  dataDir: string,
  binaries: PostgresBinaries,
  prefix: readonly string[],
): Promise<PostgresBinaries> => {
  if (works([...prefix, binaries.initdb, '--version'])) return binaries;
  const native = join(dirname(binaries.postgres), '..');
  const copy = join(dataDir, 'postgres-programs');
  if (!works([...prefix, join(copy, 'bin', 'initdb'), '--version'])) {
    // Under a name of our own first, so that half a copy is never taken for a whole one.
    const part = `${copy}.${process.pid}`;
    await mkdir(part, { recursive: true, mode: 0o755 });
    await cp(native, part, { recursive: true, verbatimSymlinks: true });
    await rm(copy, { recursive: true, force: true });
    await rename(part, copy);
  }
  const moved = (program: string): string => join(copy, 'bin', program.slice(dirname(program).length + 1));
  return { initdb: moved(binaries.initdb), postgres: moved(binaries.postgres), pgCtl: moved(binaries.pgCtl) };
};

/** Gives a folder and all below it to the server's user, when it is another's. */
export const giveTo = async ({ uid }: ServerUser, path: string): Promise<void> => {
  if (uid === undefined || (await stat(path)).uid === uid) return;
  // The folder itself last: who stops in the middle begins again.
  for (const entry of await readdir(path, { recursive: true })) await lchown(join(path, entry), uid, uid);
  await chown(path, uid, uid);
};
