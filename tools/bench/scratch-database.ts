import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, migrate, openDatabase, startEmbeddedPostgres } from '#store';
import { serverCpuSeconds } from './cpu-time.js';

/** `npm run` starts in the root of the repository. */
const MIGRATIONS = 'migrations';

/** A database that lives as long as a bench. */
export interface ScratchDatabase {
  readonly database: Database;
  /** CPU time of the whole server so far, s; undefined where the platform does not tell. */
  readonly cpuSeconds: () => number | undefined;
  readonly close: () => Promise<void>;
}

/** Starts PostgreSQL on a directory of its own and applies every migration. */
export const openScratchDatabase = async (): Promise<ScratchDatabase> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'tocsin-bench-'));
  const server = await startEmbeddedPostgres({ dataDir });
  const database = openDatabase({ connection: () => server.connection(), name: 'bench', connectionsMax: 1 });
  await migrate(database, MIGRATIONS);
  const [row] = await database.query<{ pid: number }>('select pg_backend_pid() as pid');
  return {
    database,
    cpuSeconds: () => serverCpuSeconds(row?.pid ?? -1),
    close: async () => {
      await database.close();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
};
