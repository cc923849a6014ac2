import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';

/**
 * One occurrence of a maintenance window. It begins with the first tick within its time, and is `quiet` (alerts that fit page
 * nobody) → `broken` (something got worse than work may make it: from then on it mutes nothing) → gone, with `MaintenanceEnded`, at
 * its end or when the rules no longer have its window.
 */
export interface Maintenance {
  readonly maintenanceId: string;
  /** The name of its window. */
  readonly window: string;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly state: 'quiet' | 'broken';
  /** What broke it. */
  readonly because: string | undefined;
  readonly hasMatched: boolean;
  readonly isEndTold: boolean;
}

/** Events of a maintenance's stream. */
export const isMaintenanceEvent = isEventOf(
  'MaintenanceBegan',
  'MaintenanceMatched',
  'MaintenanceBrokenThrough',
  'MaintenanceEndsSoon',
  'MaintenanceEnded',
);

/** The maintenance after an event; undefined when it is over. */
export const evolveMaintenance = (
  maintenance: Maintenance | undefined,
  event: GuardedEvent<typeof isMaintenanceEvent>,
): Maintenance | undefined => {
  switch (event.type) {
    case 'MaintenanceBegan': {
      const { maintenanceId, window, startsAtMs, endsAtMs } = event.data;
      const nothingTold = { because: undefined, hasMatched: false, isEndTold: false };
      return { maintenanceId, window, startsAtMs, endsAtMs, state: 'quiet', ...nothingTold };
    }
    case 'MaintenanceMatched':
      return maintenance && { ...maintenance, hasMatched: true };
    case 'MaintenanceBrokenThrough':
      return maintenance && { ...maintenance, state: 'broken', because: event.data.because };
    case 'MaintenanceEndsSoon':
      return maintenance && { ...maintenance, isEndTold: true };
    case 'MaintenanceEnded':
      return undefined;
  }
};
