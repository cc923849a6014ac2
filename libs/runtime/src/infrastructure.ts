import { fileURLToPath } from 'node:url';
import { TOPICS } from '#contracts';
import { ConfigError } from '#config';
import { type EventLog, openEmbeddedLog } from '#event-log';
import {
  createApiKeyRepository,
  createCatalogueRepository,
  createEventStore,
  createNodeKeyRepository,
  type Database,
  type DatabaseOptions,
  type EventStore,
  leaseDatabase,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
} from '#store';
import { ensureAdminKey } from './admin-key.js';
import { type Authenticator, createAuthenticator } from './authenticator.js';
import { type CatalogueFollower, followCatalogue } from './catalogue-follower.js';
import { type Clock, systemClock } from './clock.js';
import type { ClosingOrder } from './closing-order.js';
import type { Logger } from './logger.js';
import { openNodeKeySecret } from './node-key-secret.js';
import { followNodeKeys, type NodeKeyring } from './node-keyring.js';
import { Readiness } from './readiness.js';
import type { Settings } from './settings.js';

/** Tells that a part stopped for good: the process ends, and whoever supervises it starts it again. */
export type Fatal = (what: string, error: Error) => void;

/** What a process opens once and every role uses. */
export interface Infrastructure {
  readonly database: Database;
  readonly eventLog: EventLog;
  readonly eventStore: EventStore;
  readonly catalogue: CatalogueFollower;
  readonly authenticator: Authenticator;
  readonly nodeKeys: NodeKeyring;
  readonly readiness: Readiness;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly fatal: Fatal;
}

const MIGRATIONS = fileURLToPath(new URL('../../../../migrations', import.meta.url));
/** The oldest server that the migrations and statements are written for. */
const VERSION_MIN = 150_000;
/** Roles of one process share the pool; whoever finds all of them taken waits, bounded by the query timeout. */
const CONNECTIONS_MAX = 10;

/** Where the database is; starts or joins the embedded server when there is no other. */
export const databaseOptions = async (
  { database, dataDir }: Settings,
  logger: Logger,
  closing: ClosingOrder,
): Promise<DatabaseOptions> => {
  const shared = {
    name: 'server',
    connectionsMax: CONNECTIONS_MAX,
    onIdleError: (error: Error) => logger.warn({ err: error }, 'a database connection failed'),
  };
  if (database !== undefined) return { ...shared, connection: () => database };
  const server = await startEmbeddedPostgres({ dataDir, onProgress: (line) => logger.info(line) });
  closing.add('embedded PostgreSQL', () => server.stop());
  return { ...shared, connection: server.connection, onUnreachable: server.ensure };
};

const checkVersion = async (database: Database): Promise<void> => {
  const [row] = await database.query<{ version: string }>("select current_setting('server_version_num') as version");
  if (Number(row?.version) < VERSION_MIN)
    throw new ConfigError([`DATABASE_URL: the server is version ${row?.version}; PostgreSQL 15 or later is needed`]);
};

const openLog = async (options: DatabaseOptions, logger: Logger, closing: ClosingOrder): Promise<EventLog> => {
  const { connection, onUnreachable } = options;
  const eventLog = await openEmbeddedLog({
    connection: () => connection(),
    ...(onUnreachable === undefined ? {} : { onUnreachable }),
    onError: (what, error) => logger.warn({ err: error }, `event log: ${what}`),
  });
  closing.add('event log', () => eventLog.close());
  await eventLog.ensureTopics(TOPICS);
  return eventLog;
};

const openNodeKeys = async (
  settings: Settings,
  {
    database,
    clock,
    logger,
    closing,
  }: Pick<Infrastructure, 'database' | 'clock' | 'logger'> & { closing: ClosingOrder },
): Promise<NodeKeyring> => {
  const repository = createNodeKeyRepository(database);
  const nodeKeys = await followNodeKeys({
    repository,
    clock,
    fleetSecret: await openNodeKeySecret(settings, repository, logger),
    isRequired: settings.batchAuthentication === 'required',
    onError: (error) => logger.warn({ err: error }, 'the keys of nodes cannot be read'),
  });
  closing.add('node keys', nodeKeys.stop);
  return nodeKeys;
};

/** Opens database, log and catalogue in this order; `closing` learns how to close them again. */
export const openInfrastructure = async (
  settings: Settings,
  { logger, closing, fatal }: { readonly logger: Logger; readonly closing: ClosingOrder; readonly fatal: Fatal },
): Promise<Infrastructure> => {
  const clock = systemClock;
  const options = await databaseOptions(settings, logger, closing);
  const database = openDatabase(options);
  closing.add('database', () => database.close());
  await checkVersion(database);
  const lease = await leaseDatabase(options, undefined, () =>
    logger.info('waiting for another process to let go of this database'),
  );
  if (lease === undefined)
    throw new ConfigError(['DATA_DIR, DATABASE_URL: another Tocsin process serves this database']);
  closing.add('lease', lease.release);
  await migrate(database, MIGRATIONS, (line) => logger.info(line));
  const eventLog = await openLog(options, logger, closing);
  const eventStore = createEventStore(database, clock.nowMs);
  const apiKeys = createApiKeyRepository(database);
  await ensureAdminKey({ settings, apiKeys, eventStore, logger });
  const onError = (error: Error): void => logger.warn({ err: error }, 'the catalogue cannot be read');
  const catalogue = await followCatalogue(createCatalogueRepository(database), clock, onError);
  closing.add('catalogue', catalogue.stop);
  const nodeKeys = await openNodeKeys(settings, { database, clock, logger, closing });
  const readiness = new Readiness((name, error) => logger.warn({ err: error }, `${name} is not ready`));
  readiness.add('database', async () => void (await database.query('select 1')));
  const authenticator = createAuthenticator(apiKeys, clock);
  return { database, eventLog, eventStore, catalogue, authenticator, nodeKeys, readiness, clock, logger, fatal };
};
