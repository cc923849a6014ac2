import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { event, type PrincipalRole, streamOf } from '#contracts';
import { ConfigError, keepIssued } from '#config';
import type { ApiKeyRepository, EventStore } from '#store';
import { secretHashOf } from './authenticator.js';
import { keptSecret } from './kept-secret.js';
import type { Logger } from './logger.js';
import { ADMIN_KEY_FORM, type Settings } from './settings.js';

/** 24 bytes are 32 characters of base64url, and 192 bits. */
const SECRET_BYTES = 24;

/** Makes an API key's secret. */
export const newSecret = (): string => keepIssued(randomBytes(SECRET_BYTES).toString('base64url'));

/** Makes an API key's id: its role and 32 random bits, enough to tell keys apart; one that exists already is refused. */
export const newKeyId = (role: PrincipalRole): string => `${role}-${randomBytes(4).toString('hex')}`;

/** What making the first administrator needs. */
export interface AdminKeyParts {
  readonly settings: Settings;
  /** The process holds the people's door: without an administrator nobody could use it. */
  readonly needsAdministrator: boolean;
  readonly apiKeys: ApiKeyRepository;
  readonly eventStore: EventStore;
  readonly logger: Logger;
  /** Shows a line to whoever started the process; it is in no log. */
  readonly show: (line: string) => void;
}

const keptOrNew = async ({ settings: { dataDir }, logger, show }: AdminKeyParts): Promise<string> => {
  const file = join(dataDir, 'admin-key');
  const { text, isNew } = await keptSecret(file, () => `${newKeyId('admin')}.${newSecret()}\n`);
  const key = text.trim();
  if (!ADMIN_KEY_FORM.test(key))
    throw new ConfigError([`DATA_DIR: ${file}: expected <keyId>.<secret>; remove the file, and a new key is made`]);
  if (isNew) {
    logger.info(`wrote the first administrator's API key to ${file}`);
    show(`The first administrator's API key, shown this once and kept in ${file}: ${key}\n`);
  }
  return key;
};

const checkAdministrator = async ({ needsAdministrator, apiKeys }: AdminKeyParts): Promise<void> => {
  if (!needsAdministrator || (await apiKeys.list({ role: 'admin', revoked: false, limit: 1 })).length > 0) return;
  throw new ConfigError([
    'ADMIN_KEY: needed beside EVENT_LOG_URL while the database knows no administrator: <keyId>.<secret>',
  ]);
};

/** True when the key is known; a key id that exists with another secret is refused, since keys are never changed in place. */
const isKnown = async (keyId: string, secretHash: string, { apiKeys, logger }: AdminKeyParts): Promise<boolean> => {
  const known = await apiKeys.findByKeyId(keyId);
  if (known === undefined) return false;
  if (known.secretHash !== secretHash)
    throw new ConfigError([`ADMIN_KEY: key ${keyId} exists with another secret; choose another key id`]);
  if (known.revoked) logger.warn(`the administrator's key ${keyId} is revoked`);
  return true;
};

/**
 * The first administrator: from ADMIN_KEY, or generated once, shown then, and kept in the data directory, readable by its owner alone. The key
 * becomes an event like any other, of several processes that start at once by one of them. On a shared log nothing is generated: a
 * file of one machine is not where the others look. Processes without ADMIN_KEY make no key there, and the people's door does not
 * open before there is one.
 */
export const ensureAdminKey = async (parts: AdminKeyParts): Promise<void> => {
  const { settings, eventStore } = parts;
  if (settings.adminKey === undefined && settings.kafka !== undefined) return checkAdministrator(parts);
  const key = settings.adminKey ?? (await keptOrNew(parts));
  const dot = key.indexOf('.');
  const [keyId, secretHash] = [key.slice(0, dot), secretHashOf(key.slice(dot + 1))];
  if (await isKnown(keyId, secretHash, parts)) return;
  const created = event('ApiKeyCreated', {
    keyId,
    name: 'first administrator',
    role: 'admin',
    secretHash,
    createdBy: 'runtime',
  });
  const result = await eventStore.append([{ stream: streamOf.key(keyId), expectedVersion: 0, events: [created] }], {
    actor: 'runtime',
    cause: 'start',
  });
  if ('conflict' in result && !(await isKnown(keyId, secretHash, parts)))
    throw new Error(`create key ${keyId}: its stream exists, and the key does not`);
};
