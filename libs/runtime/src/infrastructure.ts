import { fileURLToPath } from 'node:url';
import { ConfigError } from '#config';
import { type EventLog, openEmbeddedLog, openKafkaLog } from '#event-log';
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
import type { DoorSettings } from './door/door.config.js';
import { ensureTopics } from './ensure-topics.js';
import { type LinkSettings, openLinkSettings } from './link-secret.js';
import type { Logger } from './logger.js';
import { openNodeKeySecret } from './node-key-secret.js';
import { followNodeKeys, type NodeKeyring } from './node-keyring.js';
import { Notices } from './notices.js';
import type { SignInSettings } from './oidc.config.js';
import { openTokenReader, type TokenReader } from './oidc.js';
import { Readiness } from './readiness.js';
import type { RoleName } from './role.js';
import type { Settings } from './settings.js';
import { meterInfrastructure } from './watching/meter-infrastructure.js';
import { meterEventLog } from './watching/log-meters.js';
import { Meters } from './watching/meters.js';
import { openTraces } from './watching/open-traces.js';
import { tracedDatabase, tracedLog, tracedStore, type Traces } from './watching/traces.js';

/** Tells that a part stopped for good: the process ends, and whoever supervises it starts it again. */
export type Fatal = (what: string, error: Error) => void;

/** What a process opens once and every role uses. */
export interface Infrastructure {
  readonly database: Database;
  /** For what people ask alone, so that many who read keep no rule and no page waiting for a connection. */
  readonly readDatabase: Database;
  readonly eventLog: EventLog;
  readonly eventStore: EventStore;
  readonly catalogue: CatalogueFollower;
  readonly authenticator: Authenticator;
  readonly nodeKeys: NodeKeyring;
  readonly links: LinkSettings;
  readonly door: DoorSettings;
  /** undefined: people show the console an API key. */
  readonly signIn: SignInSettings | undefined;
  readonly notices: Notices;
  readonly readiness: Readiness;
  readonly meters: Meters;
  readonly traces: Traces;
  /** Opens `/metrics` beside keys, also while they cannot be looked up. */
  readonly metricsToken: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly fatal: Fatal;
}

const MIGRATIONS = fileURLToPath(new URL('../../../../migrations', import.meta.url));
/** The oldest server that the migrations and statements are written for. */
const VERSION_MIN = 150_000;
/** Roles of one process share the pool; whoever finds all of them taken waits, bounded by the query timeout. */
const CONNECTIONS_MAX = 10;

/**
 * Of reads that people ask for: what is more than eight at once waits, and costs nobody else. A server of four cores answers no faster with more.
 * Of one process there are then 10 of all roles, 8 of readers, 8 of the log and one of its lease: 27 of the 100 of the embedded server.
 */
const READ_CONNECTIONS_MAX = 8;
/** People wait no longer; a question that takes longer is too large, or the server is busy with what pages. */
const READ_STATEMENT_MS = 2_000;

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

/** Longer than a log that works takes to answer; whoever asks for `/readyz` gives up after some seconds himself. */
const ANSWER_MS_MAX = 2_000;

const unanswered = async (clock: Clock, question: () => Promise<unknown>): Promise<string | undefined> => {
  const late = new AbortController();
  const bound = clock.sleep(ANSWER_MS_MAX, late.signal).then(() => `no answer in ${ANSWER_MS_MAX} ms`);
  const answered = question()
    .then(() => undefined)
    .finally(() => late.abort());
  return Promise.race([answered, bound]);
};

/** Whom the process tells, and what it is for. */
export interface InfrastructureOptions {
  readonly roles: readonly RoleName[];
  readonly logger: Logger;
  readonly closing: ClosingOrder;
  readonly fatal: Fatal;
}

const openAdapter = (
  { kafka }: Settings,
  { connection, onUnreachable }: DatabaseOptions,
  { roles, logger }: InfrastructureOptions,
): Promise<EventLog> => {
  const onError = (what: string, error: Error): void => logger.warn({ err: error }, `event log: ${what}`);
  if (kafka !== undefined) return openKafkaLog({ ...kafka, clientId: `tocsin-${roles.join('-')}`, onError });
  return openEmbeddedLog({
    connection: () => connection(),
    ...(onUnreachable === undefined ? {} : { onUnreachable }),
    onError,
  });
};

const openLog = async (
  settings: Settings,
  database: DatabaseOptions,
  options: InfrastructureOptions,
): Promise<EventLog> => {
  const eventLog = await openAdapter(settings, database, options);
  options.closing.add('event log', () => eventLog.close());
  await ensureTopics(eventLog, settings.outcomePartitions);
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

/** On an embedded log one process serves a database; a shared log has a group protocol of its own, and needs no lease. */
const leaseUnlessShared = async (
  settings: Settings,
  options: DatabaseOptions,
  logger: Logger,
  closing: ClosingOrder,
): Promise<void> => {
  if (settings.kafka !== undefined) return;
  const lease = await leaseDatabase(options, undefined, () =>
    logger.info('waiting for another process to let go of this database'),
  );
  if (lease === undefined)
    throw new ConfigError(['DATA_DIR, DATABASE_URL: another Tocsin process serves this database']);
  closing.add('lease', lease.release);
};

const openTokens = ({ oidc }: Settings, clock: Clock, logger: Logger): TokenReader | undefined => {
  if (oidc === undefined) return undefined;
  const onError = (error: unknown): void =>
    logger.warn({ err: error }, 'the keys of the issuer of tokens cannot be read');
  return openTokenReader({ settings: oidc, clock, onError });
};

/** Opens database, log and catalogue in this order; `closing` learns how to close them again. */
export const openInfrastructure = async (settings: Settings, given: InfrastructureOptions): Promise<Infrastructure> => {
  const { roles, logger, closing, fatal } = given;
  const clock = systemClock;
  const meters = new Meters(clock, (meter, error) => logger.warn({ err: error, meter }, 'a meter cannot be read'));
  const options = await databaseOptions(settings, logger, closing);
  const traces = await openTraces(settings.traces, roles);
  closing.add('traces', traces.close);
  const pool = openDatabase(options);
  const database = tracedDatabase(pool, traces);
  closing.add('database', () => database.close());
  const reads = { name: 'readers', connectionsMax: READ_CONNECTIONS_MAX, statementTimeoutMs: READ_STATEMENT_MS };
  const readDatabase = tracedDatabase(openDatabase({ ...options, ...reads }), traces);
  closing.add('database of readers', () => readDatabase.close());
  await checkVersion(database);
  await leaseUnlessShared(settings, options, logger, closing);
  await migrate(database, MIGRATIONS, (line) => logger.info(line));
  const eventLog = tracedLog(meterEventLog(await openLog(settings, options, given), meters), traces);
  const eventStore = tracedStore(createEventStore(database, clock.nowMs), traces);
  const apiKeys = createApiKeyRepository(database);
  const needsAdministrator = roles.includes('api');
  const show = (line: string): void => void process.stderr.write(line);
  await ensureAdminKey({ settings, needsAdministrator, apiKeys, eventStore, logger, show });
  const onError = (error: Error): void => logger.warn({ err: error }, 'the catalogue cannot be read');
  const catalogue = await followCatalogue(createCatalogueRepository(database), clock, onError);
  closing.add('catalogue', catalogue.stop);
  const nodeKeys = await openNodeKeys(settings, { database, clock, logger, closing });
  const readiness = new Readiness((name, error) => logger.warn({ err: error }, `${name} is not ready`));
  readiness.add('database', async () => void (await database.query('select 1')));
  readiness.add('event log', () => unanswered(clock, () => eventLog.offsets('events')));
  const unmeter = meterInfrastructure(meters, pool, readiness);
  closing.add('meters', async () => unmeter());
  const authenticator = createAuthenticator(apiKeys, clock, openTokens(settings, clock, logger));
  const links = await openLinkSettings(settings, logger);
  const { door, metricsToken } = settings;
  const signIn = settings.oidc?.signIn;
  const opened = { database, readDatabase, eventLog, eventStore, catalogue, authenticator, nodeKeys, links, door };
  const watching = { readiness, meters, traces, metricsToken };
  return { ...opened, ...watching, signIn, notices: new Notices(), clock, logger, fatal };
};
