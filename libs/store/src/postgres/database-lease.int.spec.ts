import { openTestDatabase, type TestDatabase } from '#testing';
import { leaseDatabase } from './database-lease.js';
import type { DatabaseOptions } from './postgres-database.js';

let test: TestDatabase;
beforeAll(async () => (test = await openTestDatabase()));
afterAll(() => test.close());

const options = (): DatabaseOptions => ({ connection: () => test.connection, name: 'lease spec' });
const endSessions = () =>
  test.database.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where application_name = 'tocsin lease spec' and datname = current_database()`,
  );

describe('leaseDatabase', () => {
  it('gives a database to one, and to the next when the first leaves', async () => {
    const first = await leaseDatabase(options());
    expect(first).toBeDefined();
    expect(await leaseDatabase(options(), 1)).toBeUndefined();
    const waiting = leaseDatabase(options());
    await first?.release();
    const second = await waiting;
    expect(second).toBeDefined();
    await second?.release();
  });

  it('is free again when the session of its holder has ended, and is then released without harm', async () => {
    const killed = await leaseDatabase(options());
    await endSessions();
    const next = await leaseDatabase(options());
    expect(next).toBeDefined();
    await killed?.release();
    expect(await leaseDatabase(options(), 1)).toBeUndefined();
    await next?.release();
  });

  it('fails when nobody answers', async () => {
    const nowhere = { ...options(), connection: () => ({ ...test.connection, host: '/nowhere' }) };
    await expect(leaseDatabase(nowhere, 1)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
