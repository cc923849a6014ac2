import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '#config';
import { commandKeyId } from '#contracts';
import { keptSecret, type Logger } from '#runtime';
import { ed25519Of, type SignerSettings } from './signer.config.js';

/** The key that makes nodes act, and the name under which they know it. */
export interface CommandKey {
  readonly privateKey: KeyObject;
  readonly keyId: string;
}

const pemOf = (key: KeyObject): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();

const keptOrNew = async (dataDir: string, logger: Logger): Promise<KeyObject> => {
  const file = join(dataDir, 'command-key.pem');
  const { text, isNew } = await keptSecret(file, () => pemOf(generateKeyPairSync('ed25519').privateKey));
  const key = ed25519Of(text);
  if (typeof key === 'string') throw new ConfigError([`DATA_DIR: ${file}: ${key}`]);
  const publicFile = join(dataDir, 'command-key.pub.pem');
  // At every start: one that died between the two files would leave agents without it for ever.
  await writeFile(publicFile, pemOf(createPublicKey(key)), { mode: 0o644 });
  if (isNew) logger.info(`generated a command key; agents and deploy systems need its public half: ${publicFile}`);
  return key;
};

/** The key from COMMAND_PRIVATE_KEY, or the one of the data directory, made at the first start with its public half beside it. */
export const openCommandKey = async (
  settings: Pick<SignerSettings, 'commandKey' | 'dataDir'>,
  logger: Logger,
): Promise<CommandKey> => {
  const privateKey = settings.commandKey ?? (await keptOrNew(settings.dataDir, logger));
  const keyId = commandKeyId(createPublicKey(privateKey));
  logger.info({ commandKeyId: keyId }, 'commands are signed under this key');
  return { privateKey, keyId };
};
