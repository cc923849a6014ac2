import { ConfigError, type Environment } from '#config';
import { type Database, openDatabase } from '#store';
import { systemClock } from './clock.js';
import { ClosingOrder } from './closing-order.js';
import { databaseOptions } from './infrastructure.js';
import { createLogger } from './logger.js';
import { readRuntimeSettings } from './settings.js';

/**
 * Runs one piece of work on the database of a server, beside the server when it runs: no lease, no log, no roles. Answers the exit
 * code: 0, or 2 when the settings are wrong.
 */
export const maintain = async (env: Environment, work: (database: Database) => Promise<number>): Promise<number> => {
  const logger = createLogger('warn');
  const closing = new ClosingOrder(systemClock, logger);
  try {
    const database = openDatabase(await databaseOptions(readRuntimeSettings(env), logger, closing));
    closing.add('database', () => database.close());
    return await work(database);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  } finally {
    await closing.run();
  }
};
