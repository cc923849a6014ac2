import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Environment, secretOf, settingOf } from '#config';
import { type EventLog, openEmbeddedLog, openKafkaLog } from '#event-log';
import { type Recording, recordingOfLog } from '#replay';

/** The data directory of a server started from the clone. */
const DATA_DIR_DEFAULT = '.tocsin';

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

/** A log that runs, from its URL or from the data directory of a running server. Nothing is written to it. */
export const openLogRecording = async (environment: Environment, directory: string): Promise<Recording> => {
  const log = await openLog(environment, directory).catch((cause: Error) => {
    if (cause instanceof LogNotReached) throw cause;
    throw new LogNotReached(`the event log cannot be read: ${cause.message}`, { cause });
  });
  return { ...recordingOfLog(log), close: log.close };
};
