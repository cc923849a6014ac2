import type { PooledDatabase } from '#store';
import { gaugeOf, type Meters } from './meters.js';

const CONNECTIONS = gaugeOf('tocsin_database_connections', 'Connections of the pool of this process.', ['state'], 2);
const WAITING = gaugeOf('tocsin_database_waiting', 'Callers that wait for a connection of the pool.');

/** Adds how much of its pool a process uses. */
export const meterDatabase = (meters: Meters, { poolUse }: Pick<PooledDatabase, 'poolUse'>): void => {
  meters.add(CONNECTIONS, () => {
    const { busy, idle } = poolUse();
    return [
      { labels: { state: 'busy' }, value: busy },
      { labels: { state: 'idle' }, value: idle },
    ];
  });
  meters.add(WAITING, () => poolUse().waiting);
};
