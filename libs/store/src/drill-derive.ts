import type { Queryable } from './database.js';
import type { DeliveryContext } from './deliveries/delivery-context.js';
import { createDeliveryRepository } from './deliveries/delivery.repository.js';
import { type DrillNews, drillKeyOf, failedDrillKeyOf } from './deliveries/drill-deliveries.js';
import { createDrillRepository } from './drill.repository.js';
import { LIST_ROWS_MAX } from './list-limit.js';

/** Failed drills that one that passes ends, the newest first: more than fail in a week. Pages of older ones stand until somebody closes them. */
const ENDED_DRILLS_MAX = 20;

const toldThrough = async (tx: Queryable, dedupKey: string): Promise<readonly string[]> => {
  const told = await createDeliveryRepository(tx).list({ dedupKey, limit: LIST_ROWS_MAX });
  return [...new Set(told.filter(({ action }) => action === 'trigger').map(({ channel }) => channel))];
};

/** What is known of a drill's pages when something of it is told. */
export const drillContextOf = async (
  tx: Queryable,
  { type, data: { drillId } }: DrillNews,
): Promise<Pick<DeliveryContext, 'drilled' | 'failedDrills'>> => {
  const drilled = await toldThrough(tx, drillKeyOf(drillId));
  if (type !== 'DrillPassed') return { drilled };
  const failed = await createDrillRepository(tx).failedBefore(drillId, ENDED_DRILLS_MAX);
  const failedDrills = [];
  for (const id of failed) failedDrills.push({ drillId: id, channels: await toldThrough(tx, failedDrillKeyOf(id)) });
  return { drilled, failedDrills };
};
