import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '#config';
import { commandKeyId } from '#contracts';
import type { Logger } from '#runtime';
import { type DispatcherSettings, ed25519Of } from './dispatcher.config.js';

/** The key that makes nodes act, and the name under which they know it. */
export interface CommandKey {
  readonly privateKey: KeyObject;
  readonly keyId: string;
}

const kept = async (file: string): Promise<KeyObject | undefined> => {
  const pem = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new Error(`read ${file}`, { cause: error });
  });
  if (pem === undefined) return undefined;
  const key = ed25519Of(pem);
  if (typeof key === 'string') throw new ConfigError([`DATA_DIR: ${file}: ${key}`]);
  return key;
};

const pemOf = (key: KeyObject): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();

// Linked into its place whole: of two dispatchers that begin at once one key is kept, and nobody reads half of it.
const generate = async (dataDir: string, file: string): Promise<void> => {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, pemOf(generateKeyPairSync('ed25519').privateKey), { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw new Error(`write ${file}`, { cause: error });
  } finally {
    await rm(draft);
  }
};

const keptOrNew = async (dataDir: string, logger: Logger): Promise<KeyObject> => {
  const file = join(dataDir, 'command-key.pem');
  const known = await kept(file);
  if (known !== undefined) return known;
  await generate(dataDir, file);
  const key = await kept(file);
  if (key === undefined) throw new Error(`read ${file}: it is gone again`);
  const publicFile = join(dataDir, 'command-key.pub.pem');
  await writeFile(publicFile, pemOf(createPublicKey(key)), { mode: 0o644 });
  logger.info(`generated a command key; agents and deploy systems need its public half: ${publicFile}`);
  return key;
};

/** The key from COMMAND_PRIVATE_KEY, or the one of the data directory, made at the first start with its public half beside it. */
export const openCommandKey = async (settings: DispatcherSettings, logger: Logger): Promise<CommandKey> => {
  const privateKey = settings.commandKey ?? (await keptOrNew(settings.dataDir, logger));
  const keyId = commandKeyId(createPublicKey(privateKey));
  logger.info({ commandKeyId: keyId }, 'commands are signed under this key');
  return { privateKey, keyId };
};
