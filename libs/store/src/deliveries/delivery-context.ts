import type { Event } from '#contracts';
import type { IncidentCalls } from '#domain';
import type { ChangeContext } from './change-deliveries.js';
import type { CommandRow } from '../command.repository.js';
import type { Told } from './delivery-told.js';
import type { IncidentRow } from '../incident.repository.js';
import type { ActingRows } from './told-automation.js';

/** A fire drill, and the channels that were told something of it. */
export interface ToldDrill {
  readonly drillId: string;
  readonly channels: readonly string[];
}

/** What is known of the subject when the event was appended; only the part that the event needs is there. */
export interface DeliveryContext extends ActingRows, ChangeContext {
  readonly incident?: IncidentRow | undefined;
  /** The highest impact score that pages of the incident have told. */
  readonly toldScore?: number;
  readonly command?: CommandRow | undefined;
  /** What became of a call before it fell over. */
  readonly saidSince?: readonly Told[];
  /** The end of an incident whose page left without the database, and is recorded after it. */
  readonly spooledEnd?: readonly Told[];
  /** The channels through which a fire drill was told. */
  readonly drilled?: readonly string[];
  /** Earlier fire drills that failed and whose pages stand, with the channels that were told: one that passes ends them. */
  readonly failedDrills?: readonly ToldDrill[];
  /** Undefined: no plan says who is called, so every channel of pages is. */
  readonly calls?: IncidentCalls | undefined;
  /** What began the escalation, where that is told of. */
  readonly startedBy?: Event | undefined;
}
