import { clearTimeout, setTimeout } from 'node:timers';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openKafkaLog } from '#event-log';
import { freePort } from './free-port.js';
import { runCommand } from './run-command.js';
import { until } from './until.js';

/** The pom and properties of this source tree (the compiled file lies in dist/libs/testing/src). */
const KAFKA_DIRECTORY = fileURLToPath(new URL('../../../../tools/kafka', import.meta.url));
const JARS_DIRECTORY = join(KAFKA_DIRECTORY, 'target', 'jars');
/** Any 16 bytes in base64: a node and its data must agree on it. */
const CLUSTER_ID = 'MkU3OEVBNTcwNTJENDM2Qg';
// A small heap and the cheap compiler: what matters for a test is its start.
const JAVA_OPTIONS = [
  '-Xms128m',
  '-Xmx512m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Djava.awt.headless=true',
];
const JAVA_VERSION_MIN = 17;
// Ready takes 5 s on an idle machine; jest's workers may be busy.
const READY_MS = 90_000;
// A broker closes its segments within a second; then it is killed.
const STOP_MS = 15_000;

/** The two ports of a node: of its clients and of its controller. */
export interface KafkaPorts {
  readonly broker: number;
  readonly controller: number;
}

/** A running Apache Kafka: one node, broker and controller in one process. */
export interface KafkaBroker {
  /** `kafka://127.0.0.1:port`; stays the same over restarts. */
  readonly url: string;
  /** Of the process that runs now; undefined while there is none. */
  readonly pid: () => number | undefined;
  /** Sends a signal and does not wait: SIGSTOP hangs the broker, SIGCONT lets it go on. */
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Ends it without a chance to tidy up, and waits until it is gone. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same data and ports; resolves when it answers. */
  readonly restart: () => Promise<void>;
  /** Lets it end by itself, and waits; its data stays. */
  readonly stop: () => Promise<void>;
}

/** Why no broker can be started on this machine; undefined when one can. */
export const kafkaObstacle = async (): Promise<string | undefined> => {
  const version = await runCommand('java', ['-version'], tmpdir()).catch(() => '');
  const major = Number(/version "(\d+)/.exec(version)?.[1] ?? 0);
  if (major < JAVA_VERSION_MIN) return 'no Java 17';
  if (existsSync(JARS_DIRECTORY)) return undefined;
  return runCommand('mvn', ['-version'], tmpdir()).then(
    () => undefined,
    () => 'no Maven',
  );
};

/** Copies the broker's jars into `tools/kafka/target`, once per clone; Maven keeps them for all clones. */
export const prepareKafka = async (): Promise<void> => {
  if (existsSync(JARS_DIRECTORY)) return;
  await mkdir(join(KAFKA_DIRECTORY, 'target'), { recursive: true });
  // Copied aside and renamed: a copy that was cut short must not look like one that ended.
  const aside = await mkdtemp(join(KAFKA_DIRECTORY, 'target', 'copy-'));
  const words = ['-q', '-B', 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${aside}`];
  await runCommand('mvn', words, KAFKA_DIRECTORY);
  await rename(aside, JARS_DIRECTORY).catch(async (error: Error) => {
    await rm(aside, { recursive: true, force: true });
    if (!existsSync(JARS_DIRECTORY)) throw error;
  });
};

const writeProperties = async (dataDir: string, ports: KafkaPorts): Promise<string> => {
  const given = await readFile(join(KAFKA_DIRECTORY, 'server.properties'), 'utf8');
  const [broker, controller] = [`127.0.0.1:${ports.broker}`, `127.0.0.1:${ports.controller}`];
  const own = [
    `controller.quorum.voters=1@${controller}`,
    `listeners=PLAINTEXT://${broker},CONTROLLER://${controller}`,
    `advertised.listeners=PLAINTEXT://${broker}`,
    `log.dirs=${join(dataDir, 'data')}`,
  ];
  const path = join(dataDir, 'server.properties');
  await writeFile(path, `${given}\n${own.join('\n')}\n`);
  return path;
};

const java = (dataDir: string, words: readonly string[]): string[] => [
  ...JAVA_OPTIONS,
  `-Dkafka.logs.dir=${join(dataDir, 'logs')}`,
  `-Dlog4j2.configurationFile=${join(KAFKA_DIRECTORY, 'log4j2.properties')}`,
  '-cp',
  join(JARS_DIRECTORY, '*'),
  ...words,
];

/** The broker's process; it ends with ours, by SIGKILL too, where the system can do that. */
const launch = async (dataDir: string, properties: string): Promise<ChildProcess> => {
  const output = await open(join(dataDir, 'kafka.log'), 'a');
  const words = java(dataDir, ['kafka.Kafka', properties]);
  const stdio: ['ignore', number, number] = ['ignore', output.fd, output.fd];
  const child = existsSync('/usr/bin/setpriv')
    ? spawn('/usr/bin/setpriv', ['--pdeathsig', 'KILL', 'java', ...words], { stdio })
    : spawn('java', words, { stdio });
  await output.close();
  return child;
};

const isOver = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

const answers = (url: string): Promise<boolean> =>
  openKafkaLog({ url, clientId: 'readiness' }).then(
    (log) => log.close().then(() => true),
    () => false,
  );

/**
 * Starts Kafka on a folder (its data, log and properties lie there) and resolves when it answers. Needs Java 17; the jars come
 * through Maven the first time.
 */
export const startKafka = async (options: {
  readonly dataDir: string;
  readonly ports?: KafkaPorts;
}): Promise<KafkaBroker> => {
  const { dataDir } = options;
  await prepareKafka();
  const ports = options.ports ?? { broker: await freePort(), controller: await freePort() };
  const url = `kafka://127.0.0.1:${ports.broker}`;
  const properties = await writeProperties(dataDir, ports);
  const format = ['kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', properties, '--ignore-formatted'];
  await runCommand('java', java(dataDir, format), dataDir);
  let child: ChildProcess | undefined;
  const ended = async (signal: NodeJS.Signals): Promise<void> => {
    if (child === undefined || isOver(child)) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    const timer = setTimeout(() => child?.kill('SIGKILL'), STOP_MS);
    await gone;
    clearTimeout(timer);
  };
  const restart = async (): Promise<void> => {
    const started = await launch(dataDir, properties);
    child = started;
    const answered = () => {
      if (isOver(started)) throw new Error(`Kafka ended; its words are in ${join(dataDir, 'kafka.log')}`);
      return answers(url);
    };
    await until('Kafka answers', answered, READY_MS);
  };
  await restart();
  return {
    url,
    pid: () => (child === undefined || isOver(child) ? undefined : child.pid),
    signal: (signal) => void child?.kill(signal),
    kill: () => ended('SIGKILL'),
    restart,
    stop: () => ended('SIGTERM'),
  };
};
