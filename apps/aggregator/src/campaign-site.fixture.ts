import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { event, streamOf, TELEMETRY_TOPICS, TOPICS } from '#contracts';
import { type EventLog, openKafkaLog } from '#event-log';
import { systemClock } from '#runtime';
import {
  createEventStore,
  createPositionRepository,
  type Database,
  type EmbeddedPostgres,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
} from '#store';
import { databaseUrlOf, type KafkaBroker, MIGRATIONS_DIRECTORY, startKafka } from '#testing';
import { type AggregatorProcess, superviseAggregator } from './aggregator-process.fixture.js';
import { CUSTOMER_OF } from './fleet-history.fixture.js';
import { FLEET_SECRET } from './tagged.fixture.js';

/** Everything that a campaign has to itself: broker, database, and three aggregators that share six partitions. */
export interface CampaignSite {
  readonly broker: KafkaBroker;
  readonly log: EventLog;
  readonly database: Database;
  readonly aggregators: readonly AggregatorProcess[];
  readonly logFile: string;
  /** Ends the database's server, or one session of it (which makes the server end all), without a chance to tidy up. */
  readonly killPostgres: (pid?: number) => Promise<void>;
  /** `topic/partition` → where the aggregator is in it; fails while Postgres is away. */
  readonly positions: () => Promise<ReadonlyMap<string, number>>;
  /** `topic/partition` → its end. */
  readonly ends: () => Promise<ReadonlyMap<string, number>>;
  readonly close: () => Promise<void>;
}

const AGGREGATORS = 3;
const OUTCOME_PARTITIONS = 6;

const registerCustomers = async (database: Database): Promise<void> => {
  const customers = [...new Set(Object.values(CUSTOMER_OF))].map((customerId) => ({
    customerId,
    name: customerId,
    tier: 'tier1' as const,
    critical: false,
    zones: Object.keys(CUSTOMER_OF).filter((zone) => CUSTOMER_OF[zone] === customerId),
  }));
  const events = [event('CustomersRegistered', { customers })];
  const append = { stream: streamOf.catalogue, expectedVersion: 0, events };
  await createEventStore(database, systemClock.nowMs).append([append], { actor: 'campaign', cause: 'campaign' });
};

const prepare = async (postgres: EmbeddedPostgres, log: EventLog): Promise<Database> => {
  const database = openDatabase({ connection: postgres.connection, name: 'campaign', onUnreachable: postgres.ensure });
  await migrate(database, MIGRATIONS_DIRECTORY);
  await registerCustomers(database);
  const outcomes = { ...TOPICS['telemetry.outcomes'], partitions: OUTCOME_PARTITIONS };
  await log.ensureTopics({ ...TOPICS, 'telemetry.outcomes': outcomes });
  return database;
};

const positionsOf = async (log: EventLog, database: Database): Promise<ReadonlyMap<string, number>> => {
  const partitions = TELEMETRY_TOPICS.flatMap((topic) =>
    Array.from({ length: topic === 'telemetry.outcomes' ? OUTCOME_PARTITIONS : 1 }, (_, partition) => ({
      topic,
      partition,
    })),
  );
  const rows = await createPositionRepository(database).load(log.clusterId, 'aggregator', partitions);
  return new Map(rows.map(({ topic, partition, nextOffset }) => [`${topic}/${partition}`, nextOffset]));
};

const endsOf = async (log: EventLog): Promise<ReadonlyMap<string, number>> => {
  const ends = (await Promise.all(TELEMETRY_TOPICS.map((topic) => log.offsets(topic)))).flat();
  return new Map(ends.map(({ topic, partition, high }) => [`${topic}/${partition}`, high]));
};

/** The server's own lock file names its process first. */
const postmasterPid = async (directory: string): Promise<number> =>
  Number((await readFile(join(directory, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);

/** Starts all of it, on a folder of its own. */
export const openCampaignSite = async (): Promise<CampaignSite> => {
  const directory = await mkdtemp(join(tmpdir(), 'tocsin-campaign-'));
  const [kafkaDirectory, logFile] = [join(directory, 'kafka'), join(directory, 'aggregators.log')];
  await Promise.all([mkdir(kafkaDirectory), writeFile(logFile, '')]);
  const broker = await startKafka({ dataDir: kafkaDirectory });
  const postgres = await startEmbeddedPostgres({ dataDir: directory });
  const log = await openKafkaLog({ url: broker.url, clientId: 'campaign', onError: () => undefined });
  const database = await prepare(postgres, log);
  const environment = {
    DATABASE_URL: databaseUrlOf(postgres.connection()),
    EVENT_LOG_URL: broker.url,
    OUTCOME_PARTITIONS: String(OUTCOME_PARTITIONS),
    NODE_KEY_SECRET: FLEET_SECRET,
    DATA_DIR: directory,
  };
  const aggregators = Array.from({ length: AGGREGATORS }, () => superviseAggregator(logFile, environment));
  return {
    broker,
    log,
    database,
    aggregators,
    logFile,
    killPostgres: async (pid) => {
      process.kill(pid ?? (await postmasterPid(directory)), 'SIGKILL');
      await postgres.ensure();
    },
    positions: () => positionsOf(log, database),
    ends: () => endsOf(log),
    close: async () => {
      await Promise.all(aggregators.map((one) => one.stop()));
      await log.close();
      await database.close();
      await postgres.stop();
      await broker.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
