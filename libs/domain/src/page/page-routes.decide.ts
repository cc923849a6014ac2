import { callKeyOf, type EventOf } from '#contracts';
import { isLevelCall } from '../escalation/escalation.js';
import { callRoute, exhaustedRoutes, levelRoutes, receiversOf } from './call-routes.js';
import type { CalledContact } from './called-contact.js';
import { PAGE_ACTIONS, type PageEvent } from './page-event.js';
import { heldCalls, isHeldBack, keysOf, loudKeys, statusKeyOf } from './page-keys.js';
import type { PagedIncident } from './paged-incident.js';
import type { IncidentCalls, Route, Routing } from './route.js';
import { newsRoutes, routesOfKeys, spooledRoutes } from './told-routes.js';

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
const routesToAll = (paged: PageEvent, incident: PagedIncident): readonly Route[] => {
  if (OF_PLANS.has(paged.type)) return [];
  const loud = isHeldBack(paged, incident) ? loudKeys(paged, incident) : undefined;
  const keys = keysOf(paged, incident).filter((key) => loud === undefined || loud.has(key));
  return keys.map((dedupKey) => ({ action: PAGE_ACTIONS[paged.type], dedupKey }));
};

const unmutedRoutes = ({ data }: EventOf<'IncidentUnmuted'>, { calls, incident }: Routing): readonly Route[] => {
  const { incidentId } = incident;
  const held = heldCalls(incident, data.at).map((call): Route => {
    const route = callRoute(call, callKeyOf({ ...call, incidentId }), data.at, calls);
    return { ...route, action: 'trigger' };
  });
  return calls.escalation === undefined ? [{ action: 'trigger', dedupKey: incidentId }, ...held] : held;
};

const handedRoutes = (
  { data }: EventOf<'IncidentHandedOver'>,
  { calls, version }: Routing,
  called: readonly CalledContact[],
): readonly Route[] => {
  const { incidentId, by, to: person, note, at } = data;
  const { to } = receiversOf(calls, [{ person }], at);
  const because = `handed over by ${by}${note === '' ? '' : `: ${note}`}`;
  const says = { escalation: { to: person, because } };
  // Who was called before need not come: the pager of whoever did not answer would go on calling.
  const taken = routesOfKeys('acknowledge', called).map((route) => ({
    ...route,
    says: { acknowledgedBy: person, note },
  }));
  // A person who is called twice is given it twice.
  return to.length === 0
    ? taken
    : [...taken, { action: 'escalate', dedupKey: `${incidentId}:to-${version}`, to, says }];
};

/**
 * Where a page goes while a plan says who is called. The first page of an incident, and each further level, to that level; what its
 * policy, or the plan, is silent about to every channel, as if there were no plan; and whatever becomes of it to all who were called.
 */
const routesByPlan = (paged: PageEvent, routing: Routing): readonly Route[] => {
  const { calls, incident } = routing;
  const { incidentId } = incident;
  const called = calls.called.filter(({ dedupKey }) => dedupKey !== statusKeyOf(incidentId));
  if (isLevelCall(paged)) return levelRoutes(paged, routing);
  switch (paged.type) {
    case 'EscalationExhausted':
      return exhaustedRoutes(paged, routing, called);
    case 'IncidentOpened':
      return calls.escalation !== undefined || isHeldBack(paged, incident)
        ? []
        : [{ action: 'trigger', dedupKey: incidentId }];
    case 'IncidentUnmuted':
      return unmutedRoutes(paged, routing);
    case 'IncidentEscalated': {
      const dedupKey = callKeyOf(paged.data);
      if (isHeldBack(paged, incident) && !loudKeys(paged, incident).has(dedupKey)) return [];
      return [callRoute(paged.data, dedupKey, paged.data.at, calls)];
    }
    case 'IncidentHandedOver':
      return handedRoutes(paged, routing, called);
    case 'IncidentAcknowledged':
    case 'IncidentSnoozed':
      return routesOfKeys(PAGE_ACTIONS[paged.type], called);
    case 'IncidentResolved':
      return [...routesOfKeys('resolve', called), ...spooledRoutes(routing)];
    case 'AlertJoinedIncident':
    case 'IncidentImpactChanged':
    case 'StatusUpdateRequested':
    case 'FallBackRequested':
    case 'StakeholdersNotified':
      return isHeldBack(paged, incident) ? [] : newsRoutes(PAGE_ACTIONS[paged.type], called);
  }
};

/** Decides where the pages of an event go, and under which keys; `calls` absent: no plan says who is called, so every channel is. */
export const decidePageRoutes = (
  paged: PageEvent,
  { calls, incident, version }: Omit<Routing, 'calls'> & { readonly calls: IncidentCalls | undefined },
): readonly Route[] =>
  calls === undefined ? routesToAll(paged, incident) : routesByPlan(paged, { calls, incident, version });
