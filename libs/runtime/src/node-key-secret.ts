import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ConfigError } from '#config';
import type { NodeKeyRepository } from '#store';
import { keptSecret } from './kept-secret.js';
import type { Logger } from './logger.js';
import { NODE_KEY_SECRET_FORM, type Settings } from './settings.js';

const keptOrNew = async (dataDir: string, logger: Logger): Promise<string> => {
  const file = join(dataDir, 'node-key-secret');
  const { text, isNew } = await keptSecret(file, () => `${randomBytes(32).toString('base64url')}\n`);
  const secret = text.trim();
  if (!NODE_KEY_SECRET_FORM.test(secret))
    throw new ConfigError([`DATA_DIR: ${file}: expected 32 or more of A-Z a-z 0-9 _ -`]);
  if (isNew) logger.info(`wrote the secret that keys of nodes are derived from to ${file}`);
  return secret;
};

const fingerprintOf = (secret: string): string =>
  createHmac('sha256', secret).update('tocsin.node-key-secret.v1').digest('hex');

/**
 * The secret that the keys of all nodes are derived from: NODE_KEY_SECRET, or the one of the data directory. Every process of a
 * fleet has the same. One with another would refuse what the others accept, so the database knows its fingerprint and such a process
 * does not start; only where no tag is required and no key was issued does the new one take over.
 */
export const openNodeKeySecret = async (
  settings: Pick<Settings, 'nodeKeySecret' | 'dataDir' | 'batchAuthentication'>,
  repository: Pick<NodeKeyRepository, 'fingerprint' | 'replaceFingerprint'>,
  logger: Logger,
): Promise<string> => {
  const secret = settings.nodeKeySecret ?? (await keptOrNew(settings.dataDir, logger));
  const own = fingerprintOf(secret);
  if ((await repository.fingerprint(own)) === own) return secret;
  if (settings.batchAuthentication === 'vouched' && (await repository.replaceFingerprint(own))) return secret;
  throw new ConfigError([
    'NODE_KEY_SECRET: not the one that the keys of this database are derived from; ' +
      'to begin anew with it, empty the table node_key_secret and issue the key of every node again',
  ]);
};
