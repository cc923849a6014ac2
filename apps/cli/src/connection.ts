import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UsageError } from './usage-error.js';

/** What every command that asks a server takes. */
export interface Common {
  readonly json: boolean;
  readonly url: string | undefined;
  readonly key: string | undefined;
}

/** Where Tocsin is and as whom to ask. */
export interface Connection {
  readonly url: URL;
  readonly key: string;
}

/** Where a server started from the clone listens. */
const URL_DEFAULT = 'http://127.0.0.1:8080';
/** The data directory of a server started from the clone. */
const DATA_DIR_DEFAULT = '.tocsin';

const fileSchema = z.strictObject({ url: z.string().optional(), key: z.string().optional() });

const readOptional = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UsageError(`${path}: cannot be read`, { cause });
  }
};

const readFile = (path: string): z.infer<typeof fileSchema> => {
  const text = readOptional(path);
  if (text === undefined) return {};
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UsageError(`${path}: expected {"url": "…", "key": "…"}`, { cause });
  }
};

const urlOf = (text: string): URL => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol))
    throw new UsageError(`${text}: expected an http or https address`);
  return url;
};

/** Finds the connection: flag first, then environment, then the files of the data directory. */
export const readConnection = (
  flags: Pick<Common, 'url' | 'key'>,
  environment: Readonly<Record<string, string | undefined>>,
  directory: string,
): Connection => {
  const dataDir = resolve(directory, environment['DATA_DIR'] ?? DATA_DIR_DEFAULT);
  const file = readFile(join(dataDir, 'cli.json'));
  const key =
    flags.key ?? environment['TOCSIN_KEY'] ?? file.key ?? readOptional(join(dataDir, 'admin-key'))?.trim() ?? '';
  if (key === '')
    throw new UsageError(`no API key: give --key or TOCSIN_KEY, or run beside ${join(dataDir, 'admin-key')}`);
  return { url: urlOf(flags.url ?? environment['TOCSIN_URL'] ?? file.url ?? URL_DEFAULT), key };
};
