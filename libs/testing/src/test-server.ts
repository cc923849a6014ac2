import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate, openDatabase, startEmbeddedPostgres, type PostgresConnection } from '#store';

/** The migrations of this source tree (the compiled file lies in dist/libs/testing/src). */
export const MIGRATIONS_DIRECTORY = fileURLToPath(new URL('../../../../migrations', import.meta.url));

/** Where jest's workers find the server that the main process started. */
export const TEST_SERVER_VARIABLE = 'TOCSIN_TEST_POSTGRES';
/** What the main process tells the workers. */
export interface TestServer {
  readonly connection: PostgresConnection;
  /** The migrated database that every test database is copied from; its name is this run's own, two runs may share a server. */
  readonly template: string;
}

const external = (): PostgresConnection | undefined => {
  const text = process.env['DATABASE_URL'];
  if (text === undefined || text === '') return undefined;
  const url = new URL(text);
  return {
    host: url.hostname,
    port: Number(url.port || 5432),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: url.pathname.slice(1) || 'postgres',
  };
};

/** One server for the whole run, started in the main process (workers are recycled), with a migrated template in it. */
export const startTestServer = async (): Promise<() => Promise<void>> => {
  const directory = await mkdtemp(join(tmpdir(), 'tocsin-jest-'));
  const given = external();
  const server =
    given === undefined
      ? await startEmbeddedPostgres({ dataDir: directory, settings: ['fsync=off', 'max_connections=200'] })
      : undefined;
  const connection = given ?? server?.connection();
  if (connection === undefined) throw new Error('no test server');
  const template = `tocsin_template_${process.pid}`;
  await createTemplate(connection, template);
  process.env[TEST_SERVER_VARIABLE] = JSON.stringify({ connection, template } satisfies TestServer);
  return async () => {
    if (given !== undefined) await dropTemplate(given, template);
    await server?.stop();
    await rm(directory, { recursive: true, force: true });
  };
};

const createTemplate = async (connection: PostgresConnection, name: string): Promise<void> => {
  const admin = openDatabase({ connection: () => connection, name: 'test setup' });
  await admin.query(`drop database if exists ${name}`);
  await admin.query(`create database ${name}`);
  await admin.close();
  const template = openDatabase({
    connection: () => ({ ...connection, database: name }),
    name: 'test setup',
  });
  await migrate(template, MIGRATIONS_DIRECTORY);
  await template.close();
};

const dropTemplate = async (connection: PostgresConnection, name: string): Promise<void> => {
  const admin = openDatabase({ connection: () => connection, name: 'test teardown' });
  await admin.query(`drop database if exists ${name}`);
  await admin.close();
};
