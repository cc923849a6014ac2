import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { event, streamOf, TOPICS } from '#contracts';
import { type EventLog, openKafkaLog } from '#event-log';
import { systemClock } from '#runtime';
import { createEventStore, type Database, migrate, openDatabase, startEmbeddedPostgres } from '#store';
import { databaseUrlOf, type KafkaBroker, startKafka } from '#testing';
import type { FleetSize } from './fleet.js';
import { NODE_KEY_SECRET } from './node-keys.js';
import { customersOf } from './registered-zones.js';

/** A process of the server that is under load. */
export interface LoadedProcess {
  readonly name: string;
  readonly pid: number;
  readonly isRunning: () => boolean;
  /** Resident memory, MB; 0 where the platform has no /proc. */
  readonly rssMb: () => Promise<number>;
}

/** Broker, PostgreSQL, an aggregator and a rules process on one machine, and nothing else. */
export interface BrokerSite {
  readonly broker: KafkaBroker;
  readonly log: EventLog;
  readonly database: Database;
  readonly backendPid: number;
  readonly processes: readonly LoadedProcess[];
  readonly logFile: string;
  /** Records of outcomes in the log that the aggregator has not committed. */
  readonly lag: () => Promise<number>;
  readonly close: () => Promise<void>;
}

/** `npm run` starts in the root of the repository. */
const MIGRATIONS = 'migrations';
/** Customers of one event: as many as one registration over HTTP may hold. */
const CUSTOMERS_PER_EVENT = 500;
const ROLES = ['aggregator', 'rules'] as const;

const register = async (database: Database, fleet: FleetSize): Promise<void> => {
  const all = customersOf(fleet);
  const store = createEventStore(database, systemClock.nowMs);
  for (let at = 0, version = 0; at < all.length; at += CUSTOMERS_PER_EVENT, version += 1) {
    const customers = all.slice(at, at + CUSTOMERS_PER_EVENT);
    const events = [event('CustomersRegistered', { customers })];
    const append = { stream: streamOf.catalogue, expectedVersion: version, events };
    await store.append([append], { actor: 'bench', cause: 'bench' });
  }
};

const rssMbOf = async (pid: number): Promise<number> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Math.round(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1_024);
};

const startRole = async (
  name: (typeof ROLES)[number],
  logFile: string,
  environment: Readonly<Record<string, string>>,
): Promise<LoadedProcess & { child: ChildProcess }> => {
  const output = await open(logFile, 'a');
  const main = fileURLToPath(new URL(`../../apps/${name}/src/main.js`, import.meta.url));
  const env = { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'info', ...environment };
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', output.fd, output.fd] });
  await output.close();
  const pid = child.pid ?? -1;
  return { name, pid, child, isRunning: () => child.exitCode === null, rssMb: () => rssMbOf(pid) };
};

const lagOf = async (log: EventLog, database: Database): Promise<number> => {
  const ends = await log.offsets('telemetry.outcomes');
  const [row] = await database.query<{ counted: number }>(
    `select coalesce(sum(next_offset), 0)::bigint as counted from ingest_position
     where consumer = 'aggregator' and topic = 'telemetry.outcomes'`,
  );
  return ends.reduce((sum, { high }) => sum + high, 0) - Number(row?.counted ?? 0);
};

/** Starts all of it, on a folder of its own; the customers of the fleet are registered. */
export const openBrokerSite = async (fleet: FleetSize, partitions: number): Promise<BrokerSite> => {
  const directory = await mkdtemp(join(tmpdir(), 'tocsin-bench-'));
  const [kafkaDirectory, logFile] = [join(directory, 'kafka'), join(directory, 'server.log')];
  await mkdir(kafkaDirectory);
  const broker = await startKafka({ dataDir: kafkaDirectory });
  const postgres = await startEmbeddedPostgres({ dataDir: directory });
  const log = await openKafkaLog({ url: broker.url, clientId: 'bench' });
  const database = openDatabase({ connection: postgres.connection, name: 'bench', connectionsMax: 1 });
  await migrate(database, MIGRATIONS);
  await register(database, fleet);
  await log.ensureTopics({ ...TOPICS, 'telemetry.outcomes': { ...TOPICS['telemetry.outcomes'], partitions } });
  const [row] = await database.query<{ pid: number }>('select pg_backend_pid() as pid');
  const environment = {
    DATABASE_URL: databaseUrlOf(postgres.connection()),
    EVENT_LOG_URL: broker.url,
    OUTCOME_PARTITIONS: String(partitions),
    DATA_DIR: directory,
    NODE_KEY_SECRET,
  };
  const processes = await Promise.all(ROLES.map((name) => startRole(name, logFile, environment)));
  return {
    broker,
    log,
    database,
    backendPid: row?.pid ?? -1,
    processes,
    logFile,
    lag: () => lagOf(log, database),
    close: async () => {
      for (const { child } of processes)
        if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
      await log.close();
      await database.close();
      await postgres.stop();
      await broker.kill();
      await rm(directory, { recursive: true, force: true });
    },
  };
};
