import {
  createAlertRepository,
  createIncidentRepository,
  createManyReads,
  createRolloutRepository,
  type Database,
} from '#store';
import { deliveryAnswer } from '../graphql/delivery-answer.js';
import type { Change } from './changes.js';

/** Rows kept: what changed within the last seconds of a large incident; beyond it the one read longest ago is read again. */
const ROWS_MAX = 256;

/** Reads a row once for everybody who hears of the same change. */
export const sharedRows = <Row>(
  read: (id: string) => Promise<Row | undefined>,
): ((change: Change) => Promise<Row | undefined>) => {
  const kept = new Map<string, Promise<Row | undefined>>();
  return ({ id, position }) => {
    const name = `${position} ${id}`;
    const known = kept.get(name);
    if (known !== undefined) return known;
    const row = read(id);
    kept.set(name, row);
    row.catch(() => kept.delete(name));
    const oldest = kept.size > ROWS_MAX ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    return row;
  };
};

const findDelivery = (database: Database) => {
  const { deliveries } = createManyReads(database);
  return async (deliveryId: string) => {
    const [row] = await deliveries([deliveryId]);
    return row && deliveryAnswer(row);
  };
};

/** What things are after a change. */
export const createLiveRows = (database: Database) => ({
  incident: sharedRows(createIncidentRepository(database).findRow),
  alert: sharedRows(createAlertRepository(database).find),
  delivery: sharedRows(findDelivery(database)),
  rollout: sharedRows(createRolloutRepository(database).find),
});

/** What things are after a change. */
export type LiveRows = ReturnType<typeof createLiveRows>;
