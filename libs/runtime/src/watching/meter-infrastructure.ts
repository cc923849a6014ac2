import type { PooledDatabase } from '#store';
import type { Readiness } from '../readiness.js';
import { meterDatabase } from './database-meters.js';
import type { Meters } from './meters.js';
import { meterProcess, meterReadiness } from './process-meters.js';

/** Adds what every process has, whatever its roles. Returns what ends the measuring. */
export const meterInfrastructure = (
  meters: Meters,
  pool: Pick<PooledDatabase, 'poolUse'>,
  readiness: Readiness,
): (() => void) => {
  meterDatabase(meters, pool);
  meterReadiness(meters, readiness);
  return meterProcess(meters);
};
