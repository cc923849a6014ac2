import { z } from 'zod';
import { ConfigError, type Environment, readSettings } from '#config';
import { connectionOfUrl, type PostgresConnection } from '#store';
import { LOG_LEVELS } from './logger.js';

/** The data directory unless DATA_DIR names another. */
export const DATA_DIR_DEFAULT = '.tocsin';

/** An administrator's key as one string, `<keyId>.<secret>`: 32 characters of secret are 192 bits. */
export const ADMIN_KEY_FORM = /^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{32,256}$/;

/** The secret that keys of nodes are derived from: 32 characters of base64url are 192 bits. */
export const NODE_KEY_SECRET_FORM = /^[A-Za-z0-9_-]{32,256}$/;

/**
 * What a record of the log must carry: `required`, a tag by its node or by the gateway; `vouched`, none, since the gateway, which
 * authenticated the sender, is the only writer. A tag that is there is verified in any case.
 */
const BATCH_AUTHENTICATIONS = ['required', 'vouched'] as const;

const schema = z.object({
  /** 0: a free port. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(8_080),
  /** Nothing is reachable from outside unless somebody says so. */
  HOST: z.string().default('127.0.0.1'),
  /** Where the embedded database and generated keys live. */
  DATA_DIR: z.string().default(DATA_DIR_DEFAULT),
  DATABASE_URL: z.string().optional(),
  EVENT_LOG_URL: z.string().optional(),
  ADMIN_KEY: z
    .string()
    .regex(ADMIN_KEY_FORM, 'expected <keyId>.<secret>, the secret of 32 or more of A-Z a-z 0-9 _ -')
    .optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  NODE_KEY_SECRET: z.string().regex(NODE_KEY_SECRET_FORM, 'expected 32 or more of A-Z a-z 0-9 _ -').optional(),
  BATCH_AUTHENTICATION: z.enum(BATCH_AUTHENTICATIONS).optional(),
});

/** What every server process reads, whatever its roles. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** undefined: the embedded server. */
  readonly database: PostgresConnection | undefined;
  /** `<keyId>.<secret>` of the first administrator; undefined: generated once, kept in the data directory. */
  readonly adminKey: string | undefined;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** The secret that keys of nodes are derived from; undefined: generated once, kept in the data directory. */
  readonly nodeKeySecret: string | undefined;
  /** `required` unless told on a log that others can write to. */
  readonly batchAuthentication: (typeof BATCH_AUTHENTICATIONS)[number];
}

const databaseOf = (url: string | undefined): PostgresConnection | undefined => {
  if (url === undefined) return undefined;
  const connection = connectionOfUrl(url);
  if (typeof connection === 'string') throw new ConfigError([`DATABASE_URL: ${connection}`]);
  return connection;
};

/** Reads the settings; throws a `ConfigError` that names all that are wrong. */
export const readRuntimeSettings = (env: Environment): Settings => {
  const read = readSettings(env, schema, ['ADMIN_KEY', 'DATABASE_URL', 'NODE_KEY_SECRET']);
  if (read.EVENT_LOG_URL !== undefined)
    throw new ConfigError(['EVENT_LOG_URL: the embedded event log is the only one so far; leave it unset']);
  return {
    port: read.PORT,
    host: read.HOST,
    dataDir: read.DATA_DIR,
    database: databaseOf(read.DATABASE_URL),
    adminKey: read.ADMIN_KEY,
    logLevel: read.LOG_LEVEL,
    nodeKeySecret: read.NODE_KEY_SECRET,
    batchAuthentication: read.BATCH_AUTHENTICATION ?? (read.EVENT_LOG_URL === undefined ? 'vouched' : 'required'),
  };
};
