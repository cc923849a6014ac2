import { spawnSync } from 'node:child_process';

// initdb and postgres refuse to run as uid 0. Inside a user namespace we look like nobody, while files stay root's.
const NOBODY = '65534';
const NAMESPACE = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
// The server ends when the thread that started it does, by SIGKILL too.
const DIES_WITH_PARENT = ['setpriv', '--pdeathsig', 'INT'];

let namespaceWorks: boolean | undefined;
const canUnshare = (): boolean =>
  (namespaceWorks ??= spawnSync(NAMESPACE[0] ?? '', [...NAMESPACE.slice(1), 'true']).status === 0);

/**
 * The words that run a program as a user the server accepts. On Linux as root: in a user namespace; where those are forbidden
 * the error says what to do. Elsewhere as it is.
 */
export const asServerUser = (program: string, words: readonly string[]): [string, ...string[]] => {
  if (process.platform !== 'linux') return [program, ...words];
  const isRoot = process.getuid?.() === 0;
  if (isRoot && !canUnshare()) {
    throw new Error(
      'embedded PostgreSQL: root may not open a user namespace here; run as another user or set DATABASE_URL',
    );
  }
  return [...(isRoot ? NAMESPACE : []), ...DIES_WITH_PARENT, program, ...words] as unknown as [string, ...string[]];
};
