import type { OnCallPlan, RecordedEvent } from '#contracts';
import type { ScheduleOverride } from '#domain';
import type { Queryable } from './database.js';
import { createOnCallRepository } from './on-call.repository.js';

/** Who is called. */
export interface OnCallInForce {
  readonly plan: OnCallPlan;
  /** Those that were not withdrawn and end after the moment that was asked for, in the order in which they were made. */
  readonly overrides: readonly ScheduleOverride[];
}

/** The moment of the first of some events: overrides that ended before it change nobody whom they call. */
export const earliestAtMs = (recorded: readonly RecordedEvent[]): number =>
  Math.min(...recorded.map(({ event, recordedAtMs }) => ('at' in event.data ? event.data.at : recordedAtMs)));

/** Reads the plan that is in force, with its overrides from a moment on; undefined: none was loaded. */
export const readOnCallInForce = async (tx: Queryable, fromMs: number): Promise<OnCallInForce | undefined> => {
  const onCall = createOnCallRepository(tx);
  const loaded = await onCall.inForce();
  return loaded && { plan: loaded.plan, overrides: await onCall.overrides(fromMs) };
};
