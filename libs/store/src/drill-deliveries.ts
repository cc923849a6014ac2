import type { EventData, EventOf, RecordedEvent } from '#contracts';
import type { Told } from './delivery-told.js';

type DrillNews = EventOf<'DrillFired' | 'DrillPassed' | 'DrillFailed'>;

/** Events of a drill that somebody is told of. */
export const isDrillNews = (told: RecordedEvent['event']): told is DrillNews =>
  told.type === 'DrillFired' || told.type === 'DrillPassed' || told.type === 'DrillFailed';

/** The key of a drill's page: receivers that keep alerts close it when the drill is over. */
export const drillKeyOf = (drillId: string): string => `drill-${drillId}`;

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
  dedupKey: `${drillKeyOf(drillId)}-failed`,
  body: { title: `Fire drill ${drillId} failed: ${because}`.slice(0, 300), severity: 'critical', drillId, missed, at },
  at,
});

/** What is told of a drill: that it is one; through the channels that told that, that it is over; and that it failed. */
export const drillTold = ({ type, data }: DrillNews, drilled: readonly string[]): readonly Told[] => {
  if (type === 'DrillFired') return [fired(data)];
  return type === 'DrillFailed' ? [ended(data, drilled), failed(data)] : [ended(data, drilled)];
};

/** The one channel that a drill tries; all others are not asked. */
export const drilledChannel = ({ event: { type, data } }: RecordedEvent): string | undefined =>
  type === 'DrillFired' ? data.channel : undefined;
