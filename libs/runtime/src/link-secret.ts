import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ConfigError } from '#config';
import { keptSecret } from './kept-secret.js';
import type { Logger } from './logger.js';
import { LINK_SECRET_FORM, type Settings } from './settings.js';

/** What links in pages are made with. */
export interface LinkSettings {
  /** Shared by who makes links and who reads them; undefined: there are no links. */
  readonly secret: string | undefined;
  /** Where people reach this; undefined: pages carry no links. */
  readonly publicUrl: URL | undefined;
}

/**
 * The secret that links in pages are signed with: LINK_SECRET, or one that is generated once and kept in the data directory. Beside a shared
 * log nothing is generated: who sends pages and who is asked by their links are other processes.
 */
export const openLinkSettings = async (
  { linkSecret, publicUrl, kafka, dataDir }: Pick<Settings, 'linkSecret' | 'publicUrl' | 'kafka' | 'dataDir'>,
  logger: Logger,
): Promise<LinkSettings> => {
  if (linkSecret === undefined && kafka !== undefined && publicUrl !== undefined)
    logger.warn('PUBLIC_URL is set and LINK_SECRET is not: pages carry no link');
  if (linkSecret !== undefined || kafka !== undefined) return { secret: linkSecret, publicUrl };
  const file = join(dataDir, 'link-secret');
  const { text, isNew } = await keptSecret(file, () => `${randomBytes(32).toString('base64url')}\n`);
  const secret = text.trim();
  if (!LINK_SECRET_FORM.test(secret))
    throw new ConfigError([`DATA_DIR: ${file}: expected 32 or more of A-Z a-z 0-9 _ -`]);
  if (isNew) logger.info(`wrote the secret that links in pages are signed with to ${file}`);
  return { secret, publicUrl };
};
