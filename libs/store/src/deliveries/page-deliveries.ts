import type { RecordedEvent } from '#contracts';
import type { DeliveryContext } from './delivery-context.js';
import type { DeliveryAction, Told } from './delivery-told.js';
import type { IncidentRow } from '../incident.repository.js';
import { pageBody } from './page-body.js';
import { isPage, PAGE_ACTIONS, type PageEvent } from './page-event.js';
import { isHeldBack, keysOf, loudKeys } from './page-keys.js';
import { type Route, routesOf } from './page-routes.js';

/** How much worse it must be than what was told last: an outage that grows a thousandfold is ten updates, not one every five seconds. */
const WORSE_FACTOR = 2;

/** A page leaves before anybody can say who is hurt; its update names customers and money, and comes again when they double. */
const isWorthTelling = (paged: PageEvent, toldScore: number): boolean => {
  if (paged.type !== 'IncidentImpactChanged') return true;
  const { affectedCustomers, score } = paged.data.impact;
  return affectedCustomers > 0 && score >= WORSE_FACTOR * toldScore;
};

/** Events that there are while no plan says who is called, and that tell nobody then. */
const OF_PLANS: ReadonlySet<PageEvent['type']> = new Set([
  'IncidentHandedOver',
  'IncidentSnoozed',
  'EscalationStarted',
  'EscalationAdvanced',
  'EscalationRaised',
  'EscalationResumed',
  'EscalationExhausted',
]);

/** Without a plan everybody hears everything. */
const routesToAll = (paged: PageEvent, incident: IncidentRow): readonly Route[] => {
  if (OF_PLANS.has(paged.type)) return [];
  const loud = isHeldBack(paged, incident) ? loudKeys(paged, incident) : undefined;
  const keys = keysOf(paged, incident).filter((key) => loud === undefined || loud.has(key));
  return keys.map((dedupKey) => ({ action: PAGE_ACTIONS[paged.type], dedupKey }));
};

const CALLING: ReadonlySet<DeliveryAction> = new Set(['trigger', 'escalate']);

/** The pages that an event asks for. */
export const pagesOf = ({ event: paged, version }: RecordedEvent, context: DeliveryContext): readonly Told[] => {
  const { incident, toldScore = 0, calls } = context;
  if (incident === undefined || !isPage(paged) || !isWorthTelling(paged, toldScore)) return [];
  const routes = calls === undefined ? routesToAll(paged, incident) : routesOf(paged, { calls, incident, version });
  // The first level is told what the page without a plan tells.
  const startedBy = paged.type === 'EscalationStarted' ? calls?.startedBy : undefined;
  const body = pageBody(startedBy !== undefined && isPage(startedBy) ? startedBy : paged, incident, context);
  const urgent = incident.priority === 'P0' ? { isUrgent: true } : {};
  return routes.map(({ action, dedupKey, to, says }) => ({
    subject: 'page',
    action,
    dedupKey,
    body: { ...body, ...says },
    at: paged.data.at,
    ...(CALLING.has(action) ? urgent : {}),
    ...(to === undefined ? {} : { to }),
  }));
};
