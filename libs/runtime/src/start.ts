import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ConfigError, type Environment } from '#config';
import { openKafkaLog, parseKafkaUrl } from '#event-log';
import { openDatabase } from '#store';
import { systemClock } from './clock.js';
import { ClosingOrder } from './closing-order.js';
import { createApp } from './create-app.js';
import { closeWaiting, type Meanwhile, serveWaiting, waitForDatabase } from './database-wait.js';
import { databaseOptions, type Fatal, type Infrastructure, openInfrastructure } from './infrastructure.js';
import { openLinkSettings } from './link-secret.js';
import { createLogger, type Logger } from './logger.js';
import { type Role, SERVER_ROLES } from './role.js';
import { readRuntimeSettings, type Settings } from './settings.js';
import { Meters } from './watching/meters.js';
import { meterWaiting } from './watching/process-meters.js';

/** A process that runs. */
export interface Running {
  readonly url: string;
  /** Ends everything in order; may be called again. */
  readonly stop: () => Promise<void>;
}

/** What a process is started with. */
export interface StartOptions {
  readonly environment: Environment;
  /** Told when a part stopped for good. */
  readonly onFatal: Fatal;
}

/** Taken, not of this machine, not ours to take, no address at all: said of the settings, not of the program. */
const UNUSABLE_ADDRESS: ReadonlySet<string> = new Set(['EADDRINUSE', 'EADDRNOTAVAIL', 'EACCES', 'ENOTFOUND', 'EINVAL']);

const checkRoles = (roles: readonly Role[], settings: Settings): void => {
  if (settings.kafka !== undefined) return;
  const missing = SERVER_ROLES.filter((name) => !roles.some((role) => role.name === name));
  if (missing.length > 0)
    throw new ConfigError([
      `the embedded event log needs every role in one process; missing: ${missing.join(', ')}. Set EVENT_LOG_URL to run them apart`,
    ]);
};

const listen = async (app: NestFastifyApplication, { port, host }: Settings): Promise<void> => {
  try {
    await app.listen(port, host);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw code === undefined || !UNUSABLE_ADDRESS.has(code) ? cause : new ConfigError([`PORT, HOST: ${message}`]);
  }
};

const serve = async (
  parts: Infrastructure,
  modules: readonly DynamicModule[],
  settings: Settings,
  closing: ClosingOrder,
): Promise<string> => {
  const app = await createApp(parts, modules);
  closing.add('roles', () => app.close());
  await listen(app, settings);
  const { host } = settings;
  const { port: taken } = app.getHttpServer().address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${taken}`;
};

const describe = (settings: Settings, roles: readonly Role[], logger: Logger): void => {
  const database = settings.database === undefined ? `embedded in ${settings.dataDir}` : settings.database.host;
  const eventLog = settings.kafka === undefined ? 'embedded' : parseKafkaUrl(settings.kafka.url).brokers;
  logger.info({ roles: roles.map(({ name }) => name), database, eventLog }, 'starting');
};

/**
 * Waits for a database that does not answer, where a role has something to do meanwhile: on a shared log alone, since an embedded one is in the
 * database. All of it is closed again before the process starts as usual.
 */
const awaitDatabase = async (
  settings: Settings,
  meanwhile: readonly Meanwhile[],
  logger: Logger,
  closing: ClosingOrder,
): Promise<void> => {
  const { kafka } = settings;
  if (kafka === undefined || settings.database === undefined || meanwhile.length === 0) return;
  const clock = systemClock;
  const waiting = new ClosingOrder(clock, logger);
  const database = openDatabase(await databaseOptions(settings, logger, closing));
  waiting.add('database', () => database.close());
  const onError = (what: string, error: Error): void => logger.warn({ err: error }, `event log: ${what}`);
  const begin = async (because: () => string): Promise<() => Promise<void>> => {
    const meters = new Meters(clock);
    waiting.add('meters', meterWaiting(meters));
    const server = await serveWaiting(settings, because, meters);
    waiting.add('what says why', () => closeWaiting(server));
    const eventLog = await openKafkaLog({ ...kafka, clientId: 'tocsin-waiting', onError });
    waiting.add('event log', () => eventLog.close());
    const links = await openLinkSettings(settings, logger);
    for (const each of meanwhile)
      waiting.add('what goes on meanwhile', await each({ database, eventLog, links, clock, logger }));
    return async () => undefined;
  };
  try {
    await waitForDatabase({ ask: () => database.query('select 1'), begin, clock, logger });
  } finally {
    await waiting.run();
  }
};

/**
 * The only way a server process starts: production, the default and the tests differ in the list of roles and in the environment
 * alone. Settings of every role are read before anything is opened. Throws a `ConfigError` when they are wrong.
 */
export const start = async (roles: readonly Role[], { environment, onFatal }: StartOptions): Promise<Running> => {
  const settings = readRuntimeSettings(environment);
  const modules = roles.map((role) => role.module(environment));
  checkRoles(roles, settings);
  const logger = createLogger(settings.logLevel);
  const closing = new ClosingOrder(systemClock, logger);
  const fatal: Fatal = (what, error) => {
    logger.fatal({ err: error }, `${what} stopped for good`);
    onFatal(what, error);
  };
  describe(settings, roles, logger);
  try {
    const meanwhile = roles.flatMap((role) => role.meanwhile?.(environment) ?? []);
    await awaitDatabase(settings, meanwhile, logger, closing);
    const parts = await openInfrastructure(settings, { roles: roles.map(({ name }) => name), logger, closing, fatal });
    const url = await serve(parts, modules, settings, closing);
    logger.info({ url }, 'serving');
    const stop = async (): Promise<void> => {
      logger.info('stopping');
      await closing.run();
      logger.info('stopped');
    };
    return { url, stop };
  } catch (error) {
    if (!(error instanceof ConfigError)) logger.fatal({ err: error }, 'cannot start');
    await closing.run();
    throw error;
  }
};
