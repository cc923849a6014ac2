import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from './database.js';

// Any number, as long as nothing else in the database locks the same: 'tocs' in ASCII.
const MIGRATION_LOCK = 0x746f6373;

interface Migration {
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

const readMigrations = async (directory: string): Promise<readonly Migration[]> => {
  const names = (await readdir(directory)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(directory, name), 'utf8');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
};

// An index over a week of records takes minutes; a start that waits for another process's migration waits as long.
const STATEMENT_TIMEOUT_MS = 600_000;

/** Applies a file unless someone has: the lock is held until commit, so that of several processes one applies it. */
const applyOnce = (database: Database, { name, text, checksum }: Migration): Promise<boolean> =>
  database.transaction(
    async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      const [known] = await tx.query<{ checksum: string }>('select checksum from migration where name = $1', [name]);
      if (known !== undefined) return verify(name, known.checksum, checksum);
      try {
        await tx.query(text);
      } catch (cause) {
        throw new Error(`migrate ${name}: ${(cause as Error).message}`, { cause });
      }
      await tx.query('insert into migration (name, checksum) values ($1, $2)', [name, checksum]);
      return true;
    },
    { statementTimeoutMs: STATEMENT_TIMEOUT_MS },
  );

const verify = (name: string, applied: string, found: string): false => {
  if (applied !== found)
    throw new Error(`migrate ${name}: the file changed after it was applied; write a new migration`);
  return false;
};

const readApplied = (database: Database): Promise<ReadonlyMap<string, string>> =>
  database.transaction(
    async (tx) => {
      await tx.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
      await tx.query(
        'create table if not exists migration (name text primary key, checksum text not null, applied_at timestamptz not null default now())',
      );
      const rows = await tx.query<{ name: string; checksum: string }>('select name, checksum from migration');
      return new Map(rows.map((row) => [row.name, row.checksum]));
    },
    { statementTimeoutMs: STATEMENT_TIMEOUT_MS },
  );

/**
 * Brings the schema up to date: numbered files, forward only, one transaction per file under an advisory lock, so that several
 * processes may start at once and a failure keeps what was done before it. A file that was applied and has changed since is an
 * error: write a new one. Returns the names that were applied; `onProgress` is told before each.
 */
export const migrate = async (
  database: Database,
  directory: string,
  onProgress: (line: string) => void = () => undefined,
): Promise<readonly string[]> => {
  const migrations = await readMigrations(directory);
  const known = await readApplied(database);
  const applied: string[] = [];
  for (const migration of migrations) {
    const checksum = known.get(migration.name);
    if (checksum !== undefined) {
      verify(migration.name, checksum, migration.checksum);
      continue;
    }
    onProgress(`migrating the database: ${migration.name}`);
    if (await applyOnce(database, migration)) applied.push(migration.name);
  }
  return applied;
};
