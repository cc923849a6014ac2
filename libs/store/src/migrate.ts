import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database, Queryable } from './database.js';

// Any number, as long as nothing else in the database locks the same: 'tocs' in ASCII.
const MIGRATION_LOCK = 0x746f6373;

interface Migration {
  readonly name: string;
  readonly text: string;
  readonly checksum: string;
}

const readMigrations = async (directory: string): Promise<readonly Migration[]> => {
  const names = (await readdir(directory)).filter((name) => /^\d{4}_.*\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = await readFile(join(directory, name), 'utf8');
      return { name, text, checksum: createHash('sha256').update(text).digest('hex') };
    }),
  );
};

const apply = async (tx: Queryable, migration: Migration): Promise<void> => {
  try {
    await tx.query(migration.text);
  } catch (cause) {
    throw new Error(`migrate ${migration.name}: ${(cause as Error).message}`, { cause });
  }
  await tx.query('insert into migration (name, checksum) values ($1, $2)', [migration.name, migration.checksum]);
};

/**
 * Brings the schema up to date: numbered files, forward only, all new ones in one transaction under an advisory lock, so that
 * several processes may start at once. A file that was applied and has changed since is an error: write a new one.
 * Returns the names that were applied.
 */
export const migrate = async (database: Database, directory: string): Promise<readonly string[]> => {
  const migrations = await readMigrations(directory);
  return database.transaction(async (tx) => {
    await tx.query(`set local statement_timeout = 0; set local lock_timeout = 0`);
    await tx.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await tx.query(
      'create table if not exists migration (name text primary key, checksum text not null, applied_at timestamptz not null default now())',
    );
    const applied = new Map(
      (await tx.query<{ name: string; checksum: string }>('select name, checksum from migration')).map((row) => [
        row.name,
        row.checksum,
      ]),
    );
    const missing = migrations.filter(({ name, checksum }) => {
      const known = applied.get(name);
      if (known !== undefined && known !== checksum)
        throw new Error(`migrate ${name}: the file changed after it was applied; write a new migration`);
      return known === undefined;
    });
    for (const migration of missing) await apply(tx, migration);
    return missing.map(({ name }) => name);
  });
};
