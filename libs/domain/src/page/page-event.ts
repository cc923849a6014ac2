import type { Event, EventData, EventOf, RecordedEvent } from '#contracts';

/** What an event says to whoever has the page. */
export const PAGE_ACTIONS = {
  IncidentOpened: 'trigger',
  IncidentUnmuted: 'trigger',
  AlertJoinedIncident: 'update',
  IncidentImpactChanged: 'update',
  IncidentAcknowledged: 'acknowledge',
  IncidentResolved: 'resolve',
  IncidentEscalated: 'escalate',
  StatusUpdateRequested: 'request',
  FallBackRequested: 'request',
  StakeholdersNotified: 'update',
  // Only where a plan says who is called.
  IncidentHandedOver: 'escalate',
  IncidentSnoozed: 'acknowledge',
  EscalationStarted: 'trigger',
  EscalationAdvanced: 'escalate',
  EscalationRaised: 'escalate',
  EscalationResumed: 'escalate',
  EscalationExhausted: 'trigger',
} as const satisfies Partial<Record<string, EventData<'DeliveryRequested'>['action']>>;

/** What a page says of its incident. */
export type PageAction = (typeof PAGE_ACTIONS)[keyof typeof PAGE_ACTIONS];

/** An event that pages. */
export type PageEvent = EventOf<keyof typeof PAGE_ACTIONS>;

/** Of the alerts that join, those are told that are about more than the page; of a notice, what names its incident. */
export const isPage = (told: Event): told is PageEvent => {
  if (told.type === 'AlertJoinedIncident') return told.data.widens !== undefined;
  if (told.type === 'StakeholdersNotified') return told.data.incidentId !== undefined;
  return Object.hasOwn(PAGE_ACTIONS, told.type);
};

/** The incident an event pages about, if it does. */
export const pagedIncident = ({ event: told }: RecordedEvent): string | undefined =>
  isPage(told) ? told.data.incidentId : undefined;
