import { randomUUID } from 'node:crypto';
import { openDatabase, type PooledDatabase, type PostgresConnection } from '#store';
import { TEST_SERVER_VARIABLE, type TestServer } from './test-server.js';

/** A database of its own for one spec file, with every migration applied. */
export interface TestDatabase {
  readonly database: PooledDatabase;
  readonly connection: PostgresConnection;
  /** Drops it. */
  readonly close: () => Promise<void>;
}

/** Making a database waits for the disk, and on a busy machine for others that do the same. */
const MAKE_TIMEOUT_MS = 60_000;

/** Copies the template, file by file: in memory that takes 20 ms, and by way of the WAL 60. */
export const openTestDatabase = async (): Promise<TestDatabase> => {
  const text = process.env[TEST_SERVER_VARIABLE];
  if (text === undefined) throw new Error('no test server: run through jest with its global setup');
  const { connection: server, template } = JSON.parse(text) as TestServer;
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const admin = openDatabase({
    connection: () => server,
    name: 'test admin',
    connectionsMax: 1,
    statementTimeoutMs: MAKE_TIMEOUT_MS,
  });
  await createFromTemplate(admin, name, template);
  const connection = { ...server, database: name };
  const database = openDatabase({ connection: () => connection, name: 'test' });
  return {
    database,
    connection,
    close: async () => {
      await database.close();
      await admin.query(`drop database ${name} with (force)`);
      await admin.close();
    },
  };
};

const createFromTemplate = async (admin: PooledDatabase, name: string, template: string): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    try {
      await admin.query(`create database ${name} template ${template} strategy file_copy`);
      return;
    } catch (error) {
      // 55006: another worker copies the template at this moment.
      if ((error as { code?: string }).code !== '55006' || attempt > 50) throw error;
      await new Promise((done) => setTimeout(done, 20));
    }
  }
};
