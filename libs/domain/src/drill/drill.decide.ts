import { DRILL_HOPS, type DrillHop, type DrillSignal, type Event, event, type EventOf } from '#contracts';
import type { DecidedDrills, Drill } from './drill.js';

/** Not accepted within a minute, a drill has failed. */
export const DRILL_MS = 60_000;

/** What the rules decide of a drill's signal: once, however often it is told. */
export const decideDrill = (decided: DecidedDrills, signal: DrillSignal, at: number): readonly Event[] => {
  const { drillId, channel, atUs } = signal;
  if (decided.includes(drillId)) return [];
  const signalledAtMs = Math.floor(atUs / 1_000);
  return [event('DrillFired', { drillId, ...(channel !== undefined && { channel }), signalledAtMs, at })];
};

/** What is known of the deliveries of a drill. */
export interface DrillDelivery {
  readonly channel: string;
  readonly status: string;
  readonly requestedAt: number;
  readonly finishedAt: number | null;
  readonly lastDetail: string | null;
}

/** Why each hop may have been missed. */
const MISSED: Readonly<Record<DrillHop, string>> = {
  requested: 'it was not requested',
  signalled: 'the event log did not take its signal',
  decided: 'the rules did not see its signal',
  sent: 'no channel was asked to page',
  accepted: 'no receiver took its page',
};

const missedHop = ({ hops }: Drill, deliveries: readonly DrillDelivery[]): DrillHop => {
  if (hops.decided !== undefined) return deliveries.length === 0 ? 'sent' : 'accepted';
  return DRILL_HOPS.find((hop) => hops[hop] === undefined) ?? 'accepted';
};

const failed = (drill: Drill, deliveries: readonly DrillDelivery[], at: number): EventOf<'DrillFailed'> => {
  const missed = missedHop(drill, deliveries);
  const open = deliveries.filter(({ status }) => status !== 'delivered');
  const said = open.map(({ channel, status, lastDetail }) => `${channel} ${status} (${lastDetail ?? 'no answer yet'})`);
  const afterS = Math.round((at - (drill.hops.requested ?? at)) / 1_000);
  const because = `not ${missed} within ${afterS} s: ${said.length === 0 ? MISSED[missed] : said.join(', ')}`;
  return event('DrillFailed', { drillId: drill.drillId, missed, because: because.slice(0, 500), at });
};

const passed = ({ drillId, hops }: Drill, deliveries: readonly DrillDelivery[], at: number): EventOf<'DrillPassed'> => {
  const { requested = at, decided = at } = hops;
  return event('DrillPassed', {
    drillId,
    hops: {
      requested,
      signalled: hops.signalled ?? requested,
      decided,
      sent: Math.max(...deliveries.map(({ requestedAt }) => requestedAt)),
      accepted: Math.max(...deliveries.map(({ finishedAt }) => finishedAt ?? at)),
    },
    at,
  });
};

/** What became of a drill that is under way; undefined while it still may pass. Every channel that it went to must have taken it. */
export const decideDrillEnd = (
  drill: Drill,
  deliveries: readonly DrillDelivery[],
  nowMs: number,
): EventOf<'DrillPassed' | 'DrillFailed'> | undefined => {
  if (drill.state === 'passed' || drill.state === 'failed') return undefined;
  const isAccepted = deliveries.length > 0 && deliveries.every(({ status }) => status === 'delivered');
  if (drill.state === 'fired' && isAccepted) return passed(drill, deliveries, nowMs);
  const isRefused = deliveries.some(({ status }) => status === 'gave_up');
  return nowMs >= drill.deadlineMs || isRefused ? failed(drill, deliveries, nowMs) : undefined;
};
