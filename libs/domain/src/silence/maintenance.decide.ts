import { event, type EventOf, type MaintenanceWindow } from '#contracts';
import { successPercent } from '../signal/success-rate.js';
import type { Tally } from '../incident/failures.js';
import type { Maintenance } from './maintenance.js';
import { isOpenAt, noticeAtMs } from './silence.js';
import type { Occurrence } from './occurrence.js';

/** Fewer outcomes than this break nothing: one failure in twenty would be the line. */
const OUTCOMES_MIN = 100;

/** Begins an occurrence within whose time a tick lies, unless it began. */
export const decideMaintenanceBegin = (
  { name }: MaintenanceWindow,
  occurrence: Occurrence | undefined,
  known: readonly Maintenance[],
  { at, newId }: { readonly at: number; readonly newId: (startsAtMs: number) => string },
): readonly EventOf<'MaintenanceBegan'>[] => {
  if (occurrence === undefined || !isOpenAt(occurrence, at)) return [];
  const { startsAtMs, endsAtMs } = occurrence;
  if (known.some((each) => each.window === name && each.startsAtMs === startsAtMs)) return [];
  return [event('MaintenanceBegan', { maintenanceId: newId(startsAtMs), window: name, startsAtMs, endsAtMs, at })];
};

/** What a tick says of an occurrence that began: that its end is near, or that it is over, by time or because its window is gone or is another one. */
export const decideMaintenanceEnd = (
  maintenance: Maintenance,
  isInForce: boolean,
  muting: number,
  at: number,
): readonly EventOf<'MaintenanceEndsSoon' | 'MaintenanceEnded'>[] => {
  const { maintenanceId, endsAtMs, hasMatched, isEndTold } = maintenance;
  if (at >= endsAtMs || !isInForce) {
    const because = at >= endsAtMs ? 'its time is over' : 'the rules have no such window any more, or changed it';
    return [event('MaintenanceEnded', { maintenanceId, hasMatched, because, at })];
  }
  if (isEndTold || at < noticeAtMs(maintenance)) return [];
  return [event('MaintenanceEndsSoon', { maintenanceId, endsAtMs, muting, at })];
};

/** More than half of a fleet is nowhere taken down on purpose at once; of two machines one may be. */
const SILENT_ABOVE = 50;

/** What an alert's subject shows, and what the fleet suffers. */
export interface Evidence {
  readonly tally: Tally | undefined;
  readonly impactScore: number;
  /** Of the fleet's nodes, per cent. Who is silent fails nothing, so an outage by silence shows here alone. */
  readonly silentPercent: number;
}

/** Why what an alert is about is worse than work may make it; undefined when it is not. */
export const worseThanWork = (
  { breakthrough: { successBelow, impactAbove, silentAbove = SILENT_ABOVE } }: MaintenanceWindow,
  { tally, impactScore, silentPercent }: Evidence,
): string | undefined => {
  if (tally !== undefined && tally.good + tally.bad >= OUTCOMES_MIN) {
    const success = successPercent(tally.good, tally.bad);
    if (success < successBelow) return `success ${success.toFixed(2)} % < ${successBelow} %`;
  }
  if (silentPercent > silentAbove)
    return `${silentPercent.toFixed(0)} % of the nodes are silent, above ${silentAbove} %`;
  return impactScore > impactAbove ? `impact score ${impactScore} > ${impactAbove}` : undefined;
};

/** Breaks an occurrence: from now on it mutes nothing. */
export const decideBreakthrough = (
  { maintenanceId, state }: Maintenance,
  alertId: string,
  because: string | undefined,
  at: number,
): readonly EventOf<'MaintenanceBrokenThrough'>[] =>
  state === 'broken' || because === undefined
    ? []
    : [event('MaintenanceBrokenThrough', { maintenanceId, alertId, because, at })];
