import type { RecordedEvent } from '#contracts';
import { impactSchema, streamOf } from '#contracts';
import { changeContextOf, isChange } from './change-deliveries.js';
import { createChannelRepository } from './channel.repository.js';
import { createCommandRepository } from './command.repository.js';
import type { Queryable } from './database.js';
import { deliveriesFor, type DeliveryContext, pagedIncident, sentCommand, tellsOfRollout } from './deliveries-for.js';
import { createDeliveryRepository, type DeliveryRow, endClaims } from './delivery.repository.js';
import type { PendingEvent } from './event-append.js';
import { createFallbackRepository } from './fallback.repository.js';
import { isDrillNews } from './drill-deliveries.js';
import { createIncidentRepository } from './incident.repository.js';
import { listLimit, LIST_ROWS_MAX } from './list-limit.js';
import { createRedirectRepository } from './redirect.repository.js';
import { isStatusNews } from './status-deliveries.js';
import { createRollbackRepository } from './rollback.repository.js';

const isTelling = (recorded: RecordedEvent): boolean =>
  sentCommand(recorded) !== undefined ||
  ('notice' in recorded.event.data && recorded.event.data.notice !== undefined) ||
  pagedIncident(recorded) !== undefined ||
  isStatusNews(recorded.event) ||
  isDrillNews(recorded.event) ||
  tellsOfRollout(recorded) ||
  isChange(recorded.event);

/** Pages of one incident that are looked at: more than a growing outage makes. */
const TOLD_PAGES_MAX = 50;

const scoreTold = ({ body }: DeliveryRow): number => {
  const impact = impactSchema.safeParse(body['impact']);
  return impact.success ? impact.data.score : 0;
};

const highestTold = async (tx: Queryable, incidentId: string): Promise<number> => {
  const pages = await createDeliveryRepository(tx).list({ dedupKey: incidentId, limit: TOLD_PAGES_MAX });
  return Math.max(0, ...pages.map(scoreTold));
};

const contextOf = async (tx: Queryable, recorded: RecordedEvent): Promise<DeliveryContext> => {
  const commandId = sentCommand(recorded);
  if (commandId !== undefined) return { command: await createCommandRepository(tx).find(commandId) };
  const incidentId = pagedIncident(recorded);
  if (incidentId === undefined) return {};
  const limit = listLimit(LIST_ROWS_MAX);
  return {
    incident: await createIncidentRepository(tx).findRow(incidentId),
    rollbacks: await createRollbackRepository(tx).list({ incidentId, limit }),
    redirects: await createRedirectRepository(tx).list({ incidentId, limit }),
    fallbacks: await createFallbackRepository(tx).list({ incidentId, limit }),
    toldScore: await highestTold(tx, incidentId),
  };
};

const pendingFor = async (
  tx: Queryable,
  cause: RecordedEvent,
  channels: Awaited<ReturnType<ReturnType<typeof createChannelRepository>['list']>>,
): Promise<readonly PendingEvent[]> => {
  const metadata = { actor: cause.metadata.actor, cause: `${cause.stream}@${cause.version}` };
  const isChangeTold = channels.some(({ subject }) => subject === 'change');
  const change = isChangeTold ? await changeContextOf(tx, cause) : {};
  return deliveriesFor(cause, { ...(await contextOf(tx, cause)), ...change }, channels).map((event) => ({
    stream: streamOf.delivery(event.data.deliveryId),
    event,
    metadata,
  }));
};

/** The deliveries that appended events ask for, after all of them were projected: a page knows the rollback of the same append. */
export const derivedFrom = async (
  tx: Queryable,
  appended: readonly RecordedEvent[],
): Promise<readonly PendingEvent[]> => {
  const causes = appended.filter(isTelling);
  if (causes.length === 0) return [];
  const channels = await createChannelRepository(tx).list();
  const pending: PendingEvent[] = [];
  for (const cause of causes) pending.push(...(await pendingFor(tx, cause, channels)));
  return pending;
};

/** Ends the claims of the deliveries that these events attempted. */
export const endAttemptedClaims = async (tx: Queryable, appended: readonly RecordedEvent[]): Promise<void> => {
  const attempted = appended.flatMap(({ event }) =>
    event.type === 'DeliveryAttempted' ? [event.data.deliveryId] : [],
  );
  if (attempted.length > 0) await endClaims(tx, attempted);
};
