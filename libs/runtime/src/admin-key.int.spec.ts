import { mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApiKeyRepository, createEventStore } from '#store';
import { openTestDatabase, type TestDatabase } from '#testing';
import { ensureAdminKey } from './admin-key.js';
import { secretHashOf } from './authenticator.js';
import { createLogger } from './logger.js';
import { readRuntimeSettings } from './settings.js';

let test: TestDatabase;
let dataDir: string;
beforeAll(async () => {
  test = await openTestDatabase();
  dataDir = await mkdtemp(join(tmpdir(), 'admin-key-'));
});
afterAll(() => test.close());

const SHARED = {
  DATABASE_URL: 'postgres://db/tocsin',
  EVENT_LOG_URL: 'kafka://broker:9092',
  NODE_KEY_SECRET: 'n'.repeat(43),
};
const shown: string[] = [];
const show = (line: string) => void shown.push(line);
const ensure = (adminKey?: string, env: Record<string, string> = {}, needsAdministrator = true): Promise<void> =>
  ensureAdminKey({
    settings: { ...readRuntimeSettings(env), dataDir, adminKey },
    needsAdministrator,
    apiKeys: createApiKeyRepository(test.database),
    eventStore: createEventStore(test.database, () => 0),
    logger: createLogger('silent'),
    show,
  });
const keys = () => createApiKeyRepository(test.database).list({ limit: 100 });

describe('the first administrator', () => {
  it('gets a key in a file of his own, once', async () => {
    await ensure();
    await ensure();
    const [keyId, secret] = (await readFile(join(dataDir, 'admin-key'), 'utf8')).trim().split('.');
    expect(await keys()).toEqual([
      {
        keyId,
        name: 'first administrator',
        role: 'admin',
        nodeId: null,
        secretHash: secretHashOf(secret ?? ''),
        revoked: false,
        scopes: null,
        expiresAt: null,
        createdBy: 'runtime',
      },
    ]);
    const file = join(dataDir, 'admin-key');
    expect(shown).toEqual([
      `The first administrator's API key, shown this once and kept in ${file}: ${keyId}.${secret}\n`,
    ]);
    expect((await stat(join(dataDir, 'admin-key'))).mode & 0o777).toBe(0o600);
  });

  it('is told of a key file that is no key: no key without a name is made of it', async () => {
    const file = join(dataDir, 'admin-key');
    const kept = await readFile(file, 'utf8');
    const known = await keys();
    await writeFile(file, '');
    await expect(ensure()).rejects.toThrow(`DATA_DIR: ${file}: expected <keyId>.<secret>`);
    expect(await keys()).toEqual(known);
    await writeFile(file, kept);
  });

  it('may bring a key, whose secret never changes', async () => {
    await ensure(`mine.${'a'.repeat(32)}`);
    await ensure(`mine.${'a'.repeat(32)}`);
    expect((await keys()).map(({ keyId }) => keyId)).toContain('mine');
    await expect(ensure(`mine.${'b'.repeat(32)}`)).rejects.toThrow('ADMIN_KEY: key mine exists with another secret');
  });

  it('is made once by processes that start at once with one key', async () => {
    const key = `shared.${'c'.repeat(32)}`;
    await Promise.all(Array.from({ length: 4 }, () => ensure(key, SHARED)));
    expect((await keys()).filter(({ keyId }) => keyId === 'shared')).toHaveLength(1);
  });
});

describe('the first administrator on a shared log', () => {
  let empty: TestDatabase;
  beforeAll(async () => (empty = await openTestDatabase()));
  afterAll(() => empty.close());
  const ensureShared = (needsAdministrator: boolean, adminKey?: string) =>
    ensureAdminKey({
      settings: { ...readRuntimeSettings(SHARED), dataDir: '/nonexistent', adminKey },
      needsAdministrator,
      apiKeys: createApiKeyRepository(empty.database),
      eventStore: createEventStore(empty.database, () => 0),
      logger: createLogger('silent'),
      show,
    });

  it("is not generated: the people's door asks for a key while there is none, other roles do not", async () => {
    await ensureShared(false);
    await expect(ensureShared(true)).rejects.toThrow('ADMIN_KEY: needed beside EVENT_LOG_URL');
    await ensureShared(false, `admin.${'d'.repeat(32)}`);
    await ensureShared(true);
    expect(await createApiKeyRepository(empty.database).list({ limit: 100 })).toHaveLength(1);
  });
});
