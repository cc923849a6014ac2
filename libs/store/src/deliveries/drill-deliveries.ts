import type { EventData, EventOf, RecordedEvent } from '#contracts';
import type { DeliveryContext, ToldDrill } from './delivery-context.js';
import type { Told } from './delivery-told.js';

/** Events of a drill that somebody is told of. */
export type DrillNews = EventOf<'DrillFired' | 'DrillPassed' | 'DrillFailed'>;

/** Whether somebody is told of an event. */
export const isDrillNews = (told: RecordedEvent['event']): told is DrillNews =>
  told.type === 'DrillFired' || told.type === 'DrillPassed' || told.type === 'DrillFailed';

/** The key of a drill's page: receivers that keep alerts close it when the drill is over. */
export const drillKeyOf = (drillId: string): string => `drill-${drillId}`;

/** The key of the page that says that a drill failed. */
export const failedDrillKeyOf = (drillId: string): string => `${drillKeyOf(drillId)}-failed`;

const fired = ({ drillId, at }: EventData<'DrillFired'>): Told => ({
  subject: 'page',
  action: 'trigger',
  dedupKey: drillKeyOf(drillId),
  body: { title: 'DRILL: nothing is wrong, this page shows that pages arrive', severity: 'info', drillId, at },
  at,
});

/** For those alone that were told that there is one. */
const ended = (
  { drillId, at }: { readonly drillId: string; readonly at: number },
  drilled: readonly string[],
): Told => ({
  subject: 'page',
  action: 'resolve',
  to: drilled.map((channel) => ({ channel })),
  dedupKey: drillKeyOf(drillId),
  body: { title: 'DRILL: over', severity: 'info', drillId, at },
  at,
});

const failed = ({ drillId, missed, because, at }: EventData<'DrillFailed'>): Told => ({
  subject: 'page',
  action: 'trigger',
  dedupKey: failedDrillKeyOf(drillId),
  body: { title: `Fire drill ${drillId} failed: ${because}`.slice(0, 300), severity: 'critical', drillId, missed, at },
  at,
});

/** What an earlier drill missed, a later one did not. */
const mended = ({ drillId, channels }: ToldDrill, { drillId: passed, at }: EventData<'DrillPassed'>): Told => ({
  subject: 'page',
  action: 'resolve',
  to: channels.map((channel) => ({ channel })),
  dedupKey: failedDrillKeyOf(drillId),
  body: {
    title: `Fire drill ${passed} passed: ${drillId} had failed`.slice(0, 300),
    severity: 'critical',
    drillId,
    at,
  },
  at,
});

/**
 * What is told of a drill: that it is one; through the channels that told that, that it is over; that it failed; and when one passes, that
 * what failed before it is over.
 */
export const drillTold = (
  { type, data }: DrillNews,
  { drilled = [], failedDrills = [] }: Pick<DeliveryContext, 'drilled' | 'failedDrills'>,
): readonly Told[] => {
  if (type === 'DrillFired') return [fired(data)];
  if (type === 'DrillFailed') return [ended(data, drilled), failed(data)];
  return [ended(data, drilled), ...failedDrills.map((each) => mended(each, data))];
};

/** The one channel that a drill tries; all others are not asked. */
export const drilledChannel = ({ event: { type, data } }: RecordedEvent): string | undefined =>
  type === 'DrillFired' ? data.channel : undefined;
