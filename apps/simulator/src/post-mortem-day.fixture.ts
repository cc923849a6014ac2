import { callKeyOf, type Event, event, streamOf } from '#contracts';
import {
  decideStatusUpdates,
  evolveStatusUpdates,
  happenedAt,
  isStatusUpdateEvent,
  NO_STATUS_UPDATES,
  type PostMortemSource,
  type ReportedDelivery,
  type ReportedEvent,
  type StatusFacts,
  statusFactsOf,
  STATUS_EVERY_MS,
} from '#domain';
import { dayOf2021, struckNodes } from './decisions.fixture.js';
import type { EventTimeDay, Told } from './event-time-day.fixture.js';
import type { FleetNode } from './fleet.js';

/** With this seed somebody of each trade that the study names has its traffic in the cloud that is struck. */
const SEED = 20_210_919;
const LEAD_S = 60;
const MAINTENANCE = {
  maintenanceId: 'dns-update',
  startsAtMs: Date.UTC(2021, 6, 22, 10),
  endsAtMs: Date.UTC(2021, 6, 22, 11, 30),
};

/** The window of the study, over before the fault. */
const maintain = (day: EventTimeDay): void => {
  const { maintenanceId, startsAtMs, endsAtMs } = MAINTENANCE;
  day.record(
    streamOf.maintenance(maintenanceId),
    event('MaintenanceBegan', { ...MAINTENANCE, window: 'dns-update', at: startsAtMs }),
    event('MaintenanceEnded', { maintenanceId, hasMatched: false, because: 'its time is over', at: endsAtMs }),
  );
};

/** What others see: support, and a provider to whom resolvers turn. */
const tellOfOthers = (day: EventTimeDay): void => {
  const spillover = (queriesPerSecond: number) => (): void =>
    day.signal({
      type: 'spillover',
      provider: 'route53',
      queriesPerSecond,
      usualPerSecond: 1_000,
      atUs: day.nowMs * 1_000,
    });
  const tickets = (count: number) => (): void => day.signal({ type: 'tickets', count, atUs: day.nowMs * 1_000 });
  day.later(15_000, tickets(10_000));
  // Each minute, zero too: without it nothing is known of them, and an alert about them is not resolved.
  for (let minute = 1; minute < 20; minute += 1) day.later(15_000 + minute * 60_000, tickets(0));
  day.later(30_000, spillover(4_000));
  day.later(240_000, spillover(1_000));
};

/** The whole day, until its incident is resolved. */
export const playDay2021 = (fleet: readonly FleetNode[]): EventTimeDay => {
  const day = dayOf2021(fleet, SEED, 50);
  maintain(day);
  day.play(LEAD_S, 1_000);
  day.corrupt(struckNodes(fleet));
  tellOfOthers(day);
  day.play(60);
  day.playUntil('IncidentResolved', 1_800, 1_000);
  return day;
};

/** The streams that a post-mortem is made of: not those of commands, releases and customers. */
const REPORTED = /^(?:incident|alert|rollback|redirect|rollout|maintenance)-/;

const reported = ({ atMs, event: decided }: Told): ReportedEvent => ({
  atMs: happenedAt(decided, atMs),
  actor: 'rules',
  event: decided,
});

/** What a dispatcher tells the public of the day, looking each tick, and all of it in its order. */
const withStatusUpdates = (told: readonly Told[]): readonly ReportedEvent[] => {
  const all: ReportedEvent[] = [];
  let updates = NO_STATUS_UPDATES;
  let facts: StatusFacts | undefined;
  let known = 0;
  let nowMs = told[0]?.atMs ?? 0;
  const endMs = (told.at(-1)?.atMs ?? 0) + 1_000;
  const rest = [...told];
  for (; nowMs <= endMs; nowMs += 250) {
    while (rest[0] !== undefined && rest[0].atMs <= nowMs) all.push(reported(rest.shift() ?? rest[0]));
    if (all.length > known) facts = statusFactsOf(all.map((each) => each.event));
    known = all.length;
    if (facts === undefined) continue;
    const policy = { mode: 'automatic', everyMs: STATUS_EVERY_MS } as const;
    for (const each of decideStatusUpdates(updates, { facts, hurt: [], fallbackCustomers: 0, policy, nowMs })) {
      if (isStatusUpdateEvent(each)) updates = evolveStatusUpdates(updates, each);
      all.push({ atMs: nowMs, actor: 'dispatcher', event: each });
    }
  }
  return all;
};

/** From an append to the answer of a receiver that is well. */
const ANSWERED_MS = 300;

type Sent = Pick<ReportedDelivery, 'subject' | 'action' | 'channel' | 'dedupKey'>;

/** What leaves for an event, as with PagerDuty and a status page; the end goes to every key that was paged. */
const sentFor = ({ type, data }: Event, paged: Set<string>): readonly Sent[] => {
  const page = { subject: 'page', channel: 'pagerduty' };
  if (type === 'IncidentOpened') {
    paged.add(data.incidentId);
    return data.muted === undefined ? [{ ...page, action: 'trigger', dedupKey: data.incidentId }] : [];
  }
  if (type === 'IncidentEscalated') {
    paged.add(callKeyOf(data));
    return [{ ...page, action: 'escalate', dedupKey: callKeyOf(data) }];
  }
  if (type === 'IncidentResolved') return [...paged].map((dedupKey) => ({ ...page, action: 'resolve', dedupKey }));
  if (type !== 'StatusUpdatePublished') return [];
  return [{ subject: 'status', action: 'status_update', channel: 'statuspage', dedupKey: `${data.incidentId}:status` }];
};

const deliveriesOf = (events: readonly ReportedEvent[]): readonly ReportedDelivery[] => {
  const paged = new Set<string>();
  return events.flatMap(({ atMs, event: told }) =>
    sentFor(told, paged).map((sent) => ({
      ...sent,
      person: null,
      status: 'delivered',
      attempts: 1,
      requestedAt: atMs,
      finishedAt: atMs + ANSWERED_MS,
    })),
  );
};

/** What the store would give of the day. */
export const sourceOfDay = ({ told }: EventTimeDay): PostMortemSource => {
  const events = withStatusUpdates(told.filter(({ stream }) => REPORTED.test(stream)));
  return { events, deliveries: deliveriesOf(events) };
};
