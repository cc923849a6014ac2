import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Environment, secretOf, settingOf } from '#config';
import { type EventLog, openEmbeddedLog, openKafkaLog, type TopicPartition } from '#event-log';
import { type Recording, toldTickOf } from './recording.js';

/** The data directory of a server started from the clone. */
const DATA_DIR_DEFAULT = '.tocsin';
/** Records of one page: some MB of batches. */
const PAGE_RECORDS = 500;
const SLOTS = { topic: 'slots', partition: 0 } as const;

/** There is no log to be read, or it does not answer. */
export class LogNotReached extends Error {
  override readonly name = 'LogNotReached';
}

interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: string;
}

/** Where the embedded server of a data directory listens, as its own lock file says; this process never starts one. */
const runningServer = async (dataDir: string): Promise<ServerAddress> => {
  const directory = join(dataDir, 'postgres');
  const lock = await readFile(join(directory, 'postmaster.pid'), 'utf8').catch((cause: Error) => {
    throw new LogNotReached(`no server runs on ${dataDir}: start it, or give DATABASE_URL or --from-files`, { cause });
  });
  const lines = lock.split('\n').map((line) => line.trim());
  const common = { port: Number(lines[3]), user: 'postgres', database: 'postgres' };
  const socketDirectory = lines[4] ?? '';
  if (socketDirectory !== '') return { ...common, host: socketDirectory };
  const password = await readFile(join(directory, 'tocsin-password'), 'utf8');
  return { ...common, host: '127.0.0.1', password: password.trim() };
};

const openLog = async (environment: Environment, directory: string): Promise<EventLog> => {
  const kafka = secretOf(environment, 'EVENT_LOG_URL');
  if (kafka !== undefined) return openKafkaLog({ url: kafka, clientId: 'tocsin-replay' });
  const database = secretOf(environment, 'DATABASE_URL');
  const dataDir = resolve(directory, settingOf(environment, 'DATA_DIR') ?? DATA_DIR_DEFAULT);
  const connection = database === undefined ? await runningServer(dataDir) : { connectionString: database };
  return openEmbeddedLog({ connection: () => ({ ...connection }), isReadOnly: true });
};

const pagesOf = async function* (log: EventLog, partition: TopicPartition, fromMs: number) {
  const [ends, found] = await Promise.all([log.offsets(partition.topic), log.offsetAt(partition, fromMs)]);
  // Until where it was when the replay began: a log that grows meanwhile is no endless one.
  const high = ends.find((each) => each.partition === partition.partition)?.high ?? 0;
  for (let offset = found; offset < high;) {
    const records = (await log.read({ ...partition, offset }, PAGE_RECORDS)).filter((record) => record.offset < high);
    if (records.length === 0) return;
    yield records;
    offset = records.at(-1)!.offset + 1;
  }
};

/** A log that runs, from its URL or from the data directory of a running server. Nothing is written to it. */
export const openLogRecording = async (environment: Environment, directory: string): Promise<Recording> => {
  const log = await openLog(environment, directory).catch((cause: Error) => {
    if (cause instanceof LogNotReached) throw cause;
    throw new LogNotReached(`the event log cannot be read: ${cause.message}`, { cause });
  });
  const record: Recording['record'] = async (partition, offset) => (await log.read({ ...partition, offset }, 1))[0];
  return {
    name: `log ${log.clusterId}`,
    offsets: log.offsets,
    pages: (partition, fromMs) => pagesOf(log, partition, fromMs),
    record,
    toldTicks: async () => {
      const [ends] = await log.offsets('slots');
      if (ends === undefined || ends.low === ends.high) return undefined;
      const first = toldTickOf(await record(SLOTS, ends.low));
      const last = toldTickOf(await record(SLOTS, ends.high - 1));
      return first === undefined || last === undefined ? undefined : { first, last, isFirst: ends.low === 0 };
    },
    close: log.close,
  };
};
