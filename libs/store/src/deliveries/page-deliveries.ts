import type { RecordedEvent } from '#contracts';
import { decidePageRoutes, isCall, isPage, isWorthTelling } from '#domain';
import type { DeliveryContext } from './delivery-context.js';
import type { Told } from './delivery-told.js';
import { pageBody } from './page-body.js';

/** The pages that an event asks for. */
export const pagesOf = ({ event: paged, version }: RecordedEvent, context: DeliveryContext): readonly Told[] => {
  const { incident, toldScore = 0, calls } = context;
  if (incident === undefined || !isPage(paged) || !isWorthTelling(paged, toldScore)) return [];
  // The first level is told what the page without a plan tells.
  const startedBy = paged.type === 'EscalationStarted' ? context.startedBy : undefined;
  const body = pageBody(startedBy !== undefined && isPage(startedBy) ? startedBy : paged, incident, context);
  const urgent = incident.priority === 'P0' ? { isUrgent: true } : {};
  return decidePageRoutes(paged, { calls, incident, version }).map(({ action, dedupKey, to, says }) => ({
    subject: 'page',
    action,
    dedupKey,
    body: { ...body, ...says },
    at: paged.data.at,
    ...(isCall({ subject: 'page', action }) ? urgent : {}),
    ...(to === undefined ? {} : { to }),
  }));
};
