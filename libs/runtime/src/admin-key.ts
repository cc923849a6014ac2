import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { event, type PrincipalRole, streamOf } from '#contracts';
import { ConfigError } from '#config';
import type { ApiKeyRepository, EventStore } from '#store';
import { secretHashOf } from './authenticator.js';
import { keptSecret } from './kept-secret.js';
import type { Logger } from './logger.js';
import { ADMIN_KEY_FORM, type Settings } from './settings.js';

/** 24 bytes are 32 characters of base64url, and 192 bits. */
const SECRET_BYTES = 24;

/** Makes an API key's secret. */
export const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/** Makes an API key's id: its role and 32 random bits, enough to tell keys apart; one that exists already is refused. */
export const newKeyId = (role: PrincipalRole): string => `${role}-${randomBytes(4).toString('hex')}`;

const keptOrNew = async (dataDir: string, logger: Logger): Promise<string> => {
  const file = join(dataDir, 'admin-key');
  const { text, isNew } = await keptSecret(file, () => `${newKeyId('admin')}.${newSecret()}\n`);
  const key = text.trim();
  if (!ADMIN_KEY_FORM.test(key))
    throw new ConfigError([`DATA_DIR: ${file}: expected <keyId>.<secret>; remove the file, and a new key is made`]);
  if (isNew) logger.info(`wrote the first administrator's API key to ${file}`);
  return key;
};

/**
 * The first administrator: from ADMIN_KEY, or generated once and kept in the data directory, readable by its owner alone. The key
 * becomes an event like any other; a key id that exists with another secret is refused, since keys are never changed in place.
 */
export const ensureAdminKey = async (parts: {
  readonly settings: Settings;
  readonly apiKeys: ApiKeyRepository;
  readonly eventStore: EventStore;
  readonly logger: Logger;
}): Promise<void> => {
  const { settings, apiKeys, eventStore, logger } = parts;
  const key = settings.adminKey ?? (await keptOrNew(settings.dataDir, logger));
  const dot = key.indexOf('.');
  const [keyId, secretHash] = [key.slice(0, dot), secretHashOf(key.slice(dot + 1))];
  const known = await apiKeys.findByKeyId(keyId);
  if (known?.secretHash === secretHash) {
    if (known.revoked) logger.warn(`the administrator's key ${keyId} is revoked`);
    return;
  }
  if (known !== undefined)
    throw new ConfigError([`ADMIN_KEY: key ${keyId} exists with another secret; choose another key id`]);
  const created = event('ApiKeyCreated', { keyId, name: 'first administrator', role: 'admin', secretHash });
  const result = await eventStore.append([{ stream: streamOf.key(keyId), expectedVersion: 0, events: [created] }], {
    actor: 'runtime',
    cause: 'start',
  });
  if ('conflict' in result) throw new Error(`create key ${keyId}: another process created it at this moment`);
};
