import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { event, streamOf } from '#contracts';
import { createEventStore, createNodeKeyRepository } from '#store';
import { openTestDatabase, type TestDatabase } from '#testing';
import { createLogger } from './logger.js';
import { openNodeKeySecret } from './node-key-secret.js';
import { readRuntimeSettings } from './settings.js';

const SECRET = 's'.repeat(43);

describe('the secret of the fleet', () => {
  let db: TestDatabase;
  let dataDir: string;
  beforeEach(async () => {
    db = await openTestDatabase();
    dataDir = await mkdtemp(join(tmpdir(), 'secret-'));
  });
  afterEach(() => db.close());
  const openWith = (environment: Readonly<Record<string, string>>) => {
    const settings = readRuntimeSettings({ DATA_DIR: dataDir, ...environment });
    return openNodeKeySecret(settings, createNodeKeyRepository(db.database), createLogger('silent'));
  };

  it('is made once and kept for its owner alone; the database does not hold it', async () => {
    const secret = await openWith({});
    const file = join(dataDir, 'node-key-secret');
    expect(await openWith({})).toBe(secret);
    expect((await readFile(file, 'utf8')).trim()).toBe(secret);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const [row] = await db.database.query<{ fingerprint: string }>('select fingerprint from node_key_secret');
    expect(row?.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(row?.fingerprint).not.toContain(secret);
  });

  it('of the environment goes before the one of the data directory', async () => {
    expect(await openWith({ NODE_KEY_SECRET: SECRET })).toBe(SECRET);
  });

  it('that differs from that of the other processes is refused, and not shown', async () => {
    await openWith({ NODE_KEY_SECRET: SECRET, BATCH_AUTHENTICATION: 'required' });
    const other = openWith({ NODE_KEY_SECRET: 'canary'.repeat(8), BATCH_AUTHENTICATION: 'required' });
    await expect(other).rejects.toThrow(/^NODE_KEY_SECRET: not the one/);
    await expect(other).rejects.not.toThrow(/canary/);
  });

  it('may change where no tag is required, until a key was issued', async () => {
    await openWith({ NODE_KEY_SECRET: SECRET });
    const other = { NODE_KEY_SECRET: 'o'.repeat(43) };
    expect(await openWith(other)).toBe('o'.repeat(43));
    const store = createEventStore(db.database, () => 0);
    const events = [event('NodeKeyIssued', { keyId: 'n1.1', nodeId: 'n1', at: 0 })];
    await store.append([{ stream: streamOf.nodeKeys('n1'), expectedVersion: 0, events }], { actor: 't', cause: 't' });
    expect(await openWith(other)).toBe('o'.repeat(43));
    await expect(openWith({ NODE_KEY_SECRET: SECRET })).rejects.toThrow(/^NODE_KEY_SECRET: /);
  });
});
