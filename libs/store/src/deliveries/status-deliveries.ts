import type { Event, EventData, EventOf } from '#contracts';
import { callRoute, type IncidentCalls, receiversUnder, statusKeyOf } from '#domain';
import type { Told } from './delivery-told.js';

/** Events of a status stream that leave Tocsin. */
export type StatusNews = EventOf<
  'StatusUpdatePublished' | 'StatusUpdateDiscarded' | 'StatusUpdateOverdue' | 'StatusUpdatesEnded'
>;

const TYPES: ReadonlySet<string> = new Set([
  'StatusUpdatePublished',
  'StatusUpdateDiscarded',
  'StatusUpdateOverdue',
  'StatusUpdatesEnded',
]);

/** Whether an event is news for the public, for customers, or of an update that is overdue. */
export const isStatusNews = (told: Event): told is StatusNews => TYPES.has(told.type);

/** What a status page needs; the key is the incident's own, beside that of its pages. */
const publicOf = ({ incidentId, n, update, at }: EventData<'StatusUpdatePublished'>): Told => ({
  subject: 'status',
  action: 'status_update',
  dedupKey: `${incidentId}:status`,
  body: { incidentId, n, ...update, at },
  at,
});

/**
 * Each customer that is hurt reads the same with its own name, under the key that fallbacks write to it under. With more hurt than are named it is one
 * message that says how many, and whoever sends it on asks for the others: thousands of deliveries would stand before pages.
 */
const noticesOf = (published: EventData<'StatusUpdatePublished'>): readonly Told[] => {
  const { incidentId, n, update, customers, affectedCustomers, at } = published;
  const { state, text, workaround } = update;
  const said = { incidentId, step: 'status_update', n, state, text, workaround, at };
  const told = { subject: 'notice', action: 'notice', at } as const;
  if (customers.length === 0) return [];
  if (affectedCustomers <= customers.length)
    return customers.map(({ customerId, name }) => ({
      ...told,
      dedupKey: `${incidentId}:${customerId}`,
      body: { ...said, customerId, name },
    }));
  const all = `/v1/incidents/${incidentId}/status-updates/${n}/customers`;
  return [{ ...told, dedupKey: `${incidentId}:customers`, body: { ...said, customers, affectedCustomers, all } }];
};

/**
 * It calls somebody, before others where the incident is critical, by a key of its own: under the incident's it would fold into what is open, and wake nobody. Where a plan says who is
 * called, that is the first level of the incident's policy.
 */
const overdueOf = (overdue: EventData<'StatusUpdateOverdue'>, calls: IncidentCalls | undefined): Told => {
  const { incidentId, n, title, isCritical, because, publishByMs, at } = overdue;
  const dedupKey = statusKeyOf(incidentId);
  const route = calls && callRoute({ to: 'on_call' }, dedupKey, at, calls);
  return {
    subject: 'page',
    action: 'escalate',
    dedupKey,
    body: {
      incidentId,
      title: `status update ${n} is overdue, ${because}: ${title}`.slice(0, 300),
      severity: isCritical === true ? 'critical' : 'error',
      rule: 'status_update_overdue',
      n,
      publishByMs,
      because,
      at,
      ...route?.says,
    },
    at,
    ...(route?.to === undefined ? {} : { to: route.to }),
  };
};

/** Whoever it called is told that it is over. */
const endOf = (
  { incidentId, at }: { readonly incidentId: string; readonly at: number },
  because: string,
  calls: IncidentCalls | undefined,
): Told => {
  const dedupKey = statusKeyOf(incidentId);
  return {
    subject: 'page',
    action: 'resolve',
    dedupKey,
    body: { incidentId, title: 'status update is not overdue any more', severity: 'error', because, at },
    at,
    ...(calls === undefined ? {} : { to: receiversUnder(dedupKey, calls.called) }),
  };
};

/** What leaves for an event of a status stream: to status pages, to customers, and to who is on call when it is overdue. */
export const statusDeliveriesOf = (told: StatusNews, calls?: IncidentCalls): readonly Told[] => {
  switch (told.type) {
    case 'StatusUpdatePublished': {
      const ends = told.data.endsOverdue ? [endOf(told.data, 'it was published', calls)] : [];
      return [publicOf(told.data), ...noticesOf(told.data), ...ends];
    }
    case 'StatusUpdateDiscarded':
      return told.data.endsOverdue ? [endOf(told.data, 'it was discarded', calls)] : [];
    case 'StatusUpdateOverdue':
      return [overdueOf(told.data, calls)];
    case 'StatusUpdatesEnded':
      return told.data.endsOverdue ? [endOf(told.data, told.data.because, calls)] : [];
  }
};
