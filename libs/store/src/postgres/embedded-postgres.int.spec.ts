import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '#testing';
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';
import { openDatabase } from './postgres-database.js';

describe('embedded PostgreSQL', () => {
  let dataDir: string;
  const servers: EmbeddedPostgres[] = [];
  const start = async (directory = dataDir): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres({ dataDir: directory, settings: ['fsync=off'] });
    servers.push(server);
    return server;
  };
  const open = (server: EmbeddedPostgres) =>
    openDatabase({ connection: server.connection, onUnreachable: server.ensure, name: 'spec' });

  const serverPid = async (): Promise<string | undefined> => {
    const file = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
    return /^\d+(?=\n)/.exec(file)?.[0];
  };

  beforeEach(async () => (dataDir = await mkdtemp(join(tmpdir(), 'tocsin-pg-'))));
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
    await rm(dataDir, { recursive: true, force: true });
  });

  it('makes one owner of two that start at once; the guest takes over when the owner stops', async () => {
    const [a, b] = await Promise.all([start(), start()]);
    const [owner, guest] = a.isOwner() ? [a, b] : [b, a];
    expect([owner.isOwner(), guest.isOwner()]).toEqual([true, false]);
    const database = open(guest);
    await database.query('create table kept (n int)');
    await owner.stop();
    await guest.ensure();
    expect(guest.isOwner()).toBe(true);
    expect(await database.query('select count(*) from kept')).toEqual([{ count: 0 }]);
    await database.close();
  });

  it('starts again when the server is killed, with every committed row, and the pool goes on', async () => {
    const server = await start();
    const database = open(server);
    await database.query('create table kept (n int)');
    await database.query('insert into kept values (1)');
    const killed = await serverPid();
    process.kill(Number(killed), 'SIGKILL');
    // A backend of the killed server may answer once more, and the next server answers before its owner has read so: wait for the owner.
    await until(
      'the next server is ours',
      async () => ![killed, undefined].includes(await serverPid()) && server.isOwner(),
    );
    const rows = await until('the pool answers', () => database.query('select n from kept').catch(() => undefined));
    expect(rows).toEqual([{ n: 1 }]);
    await database.close();
  });

  it('listens on loopback with a password where the path is too long for a socket', async () => {
    const server = await start(join(dataDir, 'x'.repeat(100)));
    expect(server.connection()).toMatchObject({ host: '127.0.0.1', password: expect.any(String) as string });
    const stranger = openDatabase({ connection: () => ({ ...server.connection(), password: 'guess' }), name: 'spec' });
    await expect(stranger.query('select 1')).rejects.toThrow(/password authentication failed/);
    await stranger.close();
    const database = open(server);
    expect(await database.query('select 1 as one')).toEqual([{ one: 1 }]);
    await database.close();
  });

  it('never clears a folder that it did not make', async () => {
    await mkdir(join(dataDir, 'postgres'));
    await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '15');
    await expect(start()).rejects.toThrow(/was not made by Tocsin/);
    expect(await readFile(join(dataDir, 'postgres', 'PG_VERSION'), 'utf8')).toBe('15');
  });

  it('tells why a server does not start', async () => {
    const failing = startEmbeddedPostgres({ dataDir, settings: ['shared_buffers=none'] });
    await expect(failing).rejects.toThrow(/does not start: .*shared_buffers/);
  });
});
