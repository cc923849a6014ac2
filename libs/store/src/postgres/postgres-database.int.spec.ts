import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MIGRATIONS_DIRECTORY, openTestDatabase, until, type TestDatabase } from '#testing';
import { migrate } from '../migrate.js';
import { openDatabase } from './postgres-database.js';

let test: TestDatabase;
beforeAll(async () => (test = await openTestDatabase()));
afterAll(() => test.close());

describe('openDatabase', () => {
  it('reads int8 as a number, and refuses one that would be rounded', async () => {
    expect(await test.database.query('select 9007199254740991::int8 as n')).toEqual([{ n: Number.MAX_SAFE_INTEGER }]);
    await expect(test.database.query('select 9007199254740992::int8 as n')).rejects.toThrow(/not a safe integer/);
  });

  it('gives up on a statement that takes too long, and goes on', async () => {
    const slow = test.database.transaction((tx) => tx.query('select pg_sleep(30)'), { statementTimeoutMs: 50 });
    await expect(slow).rejects.toMatchObject({ code: '57014' });
    expect(await test.database.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('throws a connection away after a failure, and rolls back', async () => {
    await test.database.query('create table thrown (n int)');
    const pids: number[] = [];
    const failing = test.database.transaction(async (tx) => {
      pids.push((await tx.query<{ pid: number }>('select pg_backend_pid() as pid'))[0]?.pid ?? 0);
      await tx.query('insert into thrown values (1)');
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await test.database.query('select * from thrown')).toEqual([]);
    const alive = (): Promise<readonly unknown[]> =>
      test.database.query('select pid from pg_stat_activity where pid = any($1)', [pids]);
    await until('its backend has ended', async () => (await alive()).length === 0);
  });

  it('runs a transaction again after a deadlock', async () => {
    await test.database.query('create table dead (k text primary key, n int not null)');
    await test.database.query(`insert into dead values ('a', 0), ('b', 0)`);
    let runs = 0;
    const holdsBoth = new Map<string, () => void>();
    const both = Promise.all(['a', 'b'].map((k) => new Promise<void>((done) => holdsBoth.set(k, done))));
    const add = (first: string, second: string): Promise<void> =>
      test.database.transaction(async (tx) => {
        runs++;
        // The deadlock detector must look before the lock timeout gives up.
        await tx.query(`set local deadlock_timeout = '20ms'`);
        await tx.query('update dead set n = n + 1 where k = $1', [first]);
        holdsBoth.get(first)?.();
        await both;
        await tx.query('update dead set n = n + 1 where k = $1', [second]);
      });
    await Promise.all([add('a', 'b'), add('b', 'a')]);
    expect(await test.database.query('select n from dead')).toEqual([{ n: 2 }, { n: 2 }]);
    expect(runs).toBe(3);
  });

  it('fails a query to nobody within the bound, and asks for the server to be brought back', async () => {
    let asked = 0;
    const nobody = openDatabase({
      connection: () => ({ host: '/nowhere', port: 5432, user: 'x', database: 'x' }),
      name: 'spec',
      onUnreachable: async () => void asked++,
    });
    await expect(nobody.query('select 1')).rejects.toMatchObject({
      name: 'DatabaseUnavailable',
      cause: { code: 'ENOENT' },
    });
    expect(asked).toBe(4);
    await nobody.close();
  });
});

describe('migrate', () => {
  let directory: string;
  beforeEach(async () => (directory = await mkdtemp(join(tmpdir(), 'tocsin-migrate-'))));
  afterEach(() => rm(directory, { recursive: true, force: true }));
  const file = (name: string, text: string): Promise<void> => writeFile(join(directory, name), text);

  it('applies each file once, of three processes at once too, and tells before', async () => {
    await file('9001_a.sql', 'create table once_a (n int); insert into once_a values (1);');
    await file('9002_b.sql', 'insert into once_a values (2);');
    const told: string[] = [];
    const runs = await Promise.all([1, 2, 3].map(() => migrate(test.database, directory, (line) => told.push(line))));
    expect(runs.flat().toSorted()).toEqual(['9001_a.sql', '9002_b.sql']);
    expect(await test.database.query('select n from once_a order by n')).toEqual([{ n: 1 }, { n: 2 }]);
    expect(told[0]).toBe('migrating the database: 9001_a.sql');
    expect(await migrate(test.database, directory)).toEqual([]);
  });

  it('brings a new database up to date when many processes start at once', async () => {
    const name = `migrate_${randomUUID().replaceAll('-', '')}`;
    await test.database.query(`create database ${name}`);
    const connection = { ...test.connection, database: name };
    const processes = Array.from({ length: 5 }, (_, index) =>
      openDatabase({ connection: () => connection, name: `migrate ${index}` }),
    );
    const runs = await Promise.all(processes.map((database) => migrate(database, MIGRATIONS_DIRECTORY)));
    const files = (await readdir(MIGRATIONS_DIRECTORY)).filter((one) => one.endsWith('.sql')).toSorted();
    expect(runs.flat().toSorted()).toEqual(files);
    await Promise.all(processes.map((database) => database.close()));
    await test.database.query(`drop database ${name}`);
  });

  it('keeps the files before a broken one, and nothing of that one', async () => {
    await file('9101_a.sql', 'create table half_a (n int);');
    await file('9102_b.sql', 'create table half_b (n int); select no_such_function();');
    await expect(migrate(test.database, directory)).rejects.toThrow(/migrate 9102_b.sql: .*no_such_function/);
    const tables = `select relname from pg_class where relname like 'half_%'`;
    expect(await test.database.query(tables)).toEqual([{ relname: 'half_a' }]);
  });

  it('refuses a file that changed after it was applied', async () => {
    await file('9201_a.sql', 'select 1;');
    await migrate(test.database, directory);
    await file('9201_a.sql', 'select 2;');
    await expect(migrate(test.database, directory)).rejects.toThrow(/9201_a.sql: the file changed/);
  });
});
