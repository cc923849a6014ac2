import { z } from 'zod';
import { ConfigError, type Environment, readSettings } from '#config';
import { TOPICS } from '#contracts';
import { type KafkaLogOptions, parseKafkaUrl } from '#event-log';
import { connectionOfUrl, type PostgresConnection } from '#store';
import { doorSchema, type DoorSettings, doorSettingsOf } from './door/door.config.js';
import { LOG_LEVELS } from './logger.js';
import { oidcOf, oidcSchema, type OidcSettings } from './oidc.config.js';
import { tracesOf } from './watching/trace-settings.js';
import type { TraceSettings } from './watching/otlp-traces.js';

/** The data directory unless DATA_DIR names another. */
export const DATA_DIR_DEFAULT = '.tocsin';

/** An administrator's key as one string, `<keyId>.<secret>`: 32 characters of secret are 192 bits. */
export const ADMIN_KEY_FORM = /^[A-Za-z0-9_-]{1,64}\.[A-Za-z0-9_-]{32,256}$/;

/** The secret that keys of nodes are derived from: 32 characters of base64url are 192 bits. */
export const NODE_KEY_SECRET_FORM = /^[A-Za-z0-9_-]{32,256}$/;

/** The secret that links in pages are signed with. */
export const LINK_SECRET_FORM = /^[A-Za-z0-9_-]{32,256}$/;

/** What opens `/metrics` beside keys: 32 characters of base64url are 192 bits. */
const METRICS_TOKEN_FORM = /^[A-Za-z0-9_-]{32,256}$/;

/** One trace of twenty: a fleet sends thousands of batches a second, and they are much the same. */
const TRACES_RATIO = 0.05;

/**
 * What a record of the log must carry: `required`, a tag by its node or by the gateway; `vouched`, none, since the gateway, which
 * authenticated the sender, is the only writer. A tag that is there is verified in any case.
 */
const BATCH_AUTHENTICATIONS = ['required', 'vouched'] as const;

/** Of one machine, whose aggregator folds all of them in one process anyway. */
const OUTCOME_PARTITIONS_EMBEDDED = TOPICS['telemetry.outcomes'].partitions;
/** Aggregators share partitions: twelve are divided evenly by 2, 3, 4, 6 and 12 of them. */
const OUTCOME_PARTITIONS_KAFKA = 12;
/** The rules wait, in each tick, for one record of every partition; ten times the default is still 500 records a second. */
const OUTCOME_PARTITIONS_MAX = 120;

const schema = z.object({
  /** 0: a free port. */
  PORT: z.coerce.number().int().min(0).max(65_535).default(8_080),
  /** Nothing is reachable from outside unless somebody says so. */
  HOST: z.string().default('127.0.0.1'),
  /** Where the embedded database and generated keys live. */
  DATA_DIR: z.string().default(DATA_DIR_DEFAULT),
  /** PostgreSQL 15 or newer, `postgres://user:password@host/database`; unset: an embedded one in `DATA_DIR`. */
  DATABASE_URL: z.string().optional(),
  /** Kafka, `kafka://host:9092,…`, with TLS and SASL by its parameters; unset: a log embedded in the database. */
  EVENT_LOG_URL: z.string().optional(),
  /** Several logs on one cluster: put before the names of topics and groups. */
  EVENT_LOG_PREFIX: z
    .string()
    .regex(/^[a-z0-9._-]{1,64}$/, 'expected at most 64 of a-z 0-9 . _ -')
    .optional(),
  /** Partitions of `telemetry.outcomes`: by as many, aggregators can share the fleet. */
  OUTCOME_PARTITIONS: z.coerce.number().int().min(1).max(OUTCOME_PARTITIONS_MAX).optional(),
  /** `<keyId>.<secret>` of the first administrator; unset: made once at the first start of an embedded log. */
  ADMIN_KEY: z
    .string()
    .regex(ADMIN_KEY_FORM, 'expected <keyId>.<secret>, the secret of 32 or more of A-Z a-z 0-9 _ -')
    .optional(),
  /** How much is logged. */
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  /** What keys of nodes are derived from; needed beside `EVENT_LOG_URL`, else generated once. */
  NODE_KEY_SECRET: z.string().regex(NODE_KEY_SECRET_FORM, 'expected 32 or more of A-Z a-z 0-9 _ -').optional(),
  /** What links in pages are signed with; unset: generated once where the log is embedded, else there are no links. */
  LINK_SECRET: z.string().regex(LINK_SECRET_FORM, 'expected 32 or more of A-Z a-z 0-9 _ -').optional(),
  /** Where people reach this, as their browsers write it; links in pages begin with it. Unset: pages carry none. */
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .transform((url) => new URL(url))
    .optional(),
  /** Opens `/metrics` beside keys that may view, also while keys cannot be looked up. */
  METRICS_TOKEN: z.string().regex(METRICS_TOKEN_FORM, 'expected 32 or more of A-Z a-z 0-9 _ -').optional(),
  /** Of an OpenTelemetry collector that takes OTLP over HTTP. Unset: nothing is traced. */
  OTEL_EXPORTER_OTLP_ENDPOINT: z.url({ protocol: /^https?$/ }).optional(),
  /** `name=value,name=value`, as the collector wants them. */
  OTEL_EXPORTER_OTLP_HEADERS: z.string().optional(),
  /** Share of traces that are begun here and recorded. */
  OTEL_TRACES_SAMPLER_ARG: z.coerce.number().min(0).max(1).default(TRACES_RATIO),
  /** Whether a record of the log must carry a tag of its node: `required` beside `EVENT_LOG_URL`, else `vouched`. */
  BATCH_AUTHENTICATION: z.enum(BATCH_AUTHENTICATIONS).optional(),
  ...doorSchema.shape,
  ...oidcSchema.shape,
});

type Read = z.output<typeof schema>;

/** A log on Kafka, whose other readers are other processes. */
export type SharedLog = Pick<KafkaLogOptions, 'url' | 'prefix'>;

/** What every server process reads, whatever its roles. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** undefined: the embedded server. */
  readonly database: PostgresConnection | undefined;
  /** undefined: the log embedded in the database, which one process serves. Otherwise the log and the database are shared. */
  readonly kafka: SharedLog | undefined;
  /** Partitions of `telemetry.outcomes`. */
  readonly outcomePartitions: number;
  /** `<keyId>.<secret>` of the first administrator; undefined: generated once where the log is embedded, else not made here. */
  readonly adminKey: string | undefined;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** The secret that keys of nodes are derived from; undefined: generated once, kept in the data directory. */
  readonly nodeKeySecret: string | undefined;
  /** What links in pages are signed with; undefined: generated once where the log is embedded, else there are none. */
  readonly linkSecret: string | undefined;
  readonly publicUrl: URL | undefined;
  readonly door: DoorSettings;
  readonly metricsToken: string | undefined;
  /** undefined: nothing is traced. */
  readonly traces: TraceSettings | undefined;
  /** Whose bearer tokens are taken; undefined: nobody's. */
  readonly oidc: OidcSettings | undefined;
  /** `required` unless told on a log that others can write to. */
  readonly batchAuthentication: (typeof BATCH_AUTHENTICATIONS)[number];
}

const databaseOf = (url: string | undefined): PostgresConnection | undefined => {
  if (url === undefined) return undefined;
  const connection = connectionOfUrl(url);
  if (typeof connection === 'string') throw new ConfigError([`DATABASE_URL: ${connection}`]);
  return connection;
};

const urlProblems = (url: string): readonly string[] => {
  try {
    parseKafkaUrl(url);
    return [];
  } catch (error) {
    return [`EVENT_LOG_URL: ${(error as Error).message}`];
  }
};

const kafkaOf = ({
  EVENT_LOG_URL: url,
  EVENT_LOG_PREFIX: prefix,
  DATABASE_URL,
  NODE_KEY_SECRET,
}: Read): SharedLog | undefined => {
  if (url === undefined) return undefined;
  const problems = [
    ...urlProblems(url),
    ...(DATABASE_URL === undefined
      ? ['DATABASE_URL: needed beside EVENT_LOG_URL: all processes of a log share one database']
      : []),
    ...(NODE_KEY_SECRET === undefined
      ? ['NODE_KEY_SECRET: needed beside EVENT_LOG_URL: all processes verify keys that are derived from one secret']
      : []),
  ];
  if (problems.length > 0) throw new ConfigError(problems);
  return { url, ...(prefix === undefined ? {} : { prefix }) };
};

/** Reads the settings; throws a `ConfigError` that names all that are wrong. */
export const readRuntimeSettings = (env: Environment): Settings => {
  const read = readSettings(env, schema, [
    'ADMIN_KEY',
    'DATABASE_URL',
    'EVENT_LOG_URL',
    'LINK_SECRET',
    'METRICS_TOKEN',
    'NODE_KEY_SECRET',
    'OTEL_EXPORTER_OTLP_HEADERS',
  ]);
  const kafka = kafkaOf(read);
  const partitionsDefault = kafka === undefined ? OUTCOME_PARTITIONS_EMBEDDED : OUTCOME_PARTITIONS_KAFKA;
  return {
    port: read.PORT,
    host: read.HOST,
    dataDir: read.DATA_DIR,
    database: databaseOf(read.DATABASE_URL),
    kafka,
    outcomePartitions: read.OUTCOME_PARTITIONS ?? partitionsDefault,
    adminKey: read.ADMIN_KEY,
    logLevel: read.LOG_LEVEL,
    nodeKeySecret: read.NODE_KEY_SECRET,
    linkSecret: read.LINK_SECRET,
    publicUrl: read.PUBLIC_URL,
    door: doorSettingsOf(read),
    metricsToken: read.METRICS_TOKEN,
    traces: tracesOf(read),
    oidc: oidcOf(read),
    batchAuthentication: read.BATCH_AUTHENTICATION ?? (read.EVENT_LOG_URL === undefined ? 'vouched' : 'required'),
  };
};
