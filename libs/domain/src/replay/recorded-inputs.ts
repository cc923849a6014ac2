import { type RecordedEvent, TICK_MS } from '#contracts';
import { tickOf } from '../partition/tick-builder.js';
import { decidedTick } from './decision-log.js';

/** What others did, and the first tick that was decided with it. */
export interface RecordedInput {
  readonly tick: number;
  readonly recorded: RecordedEvent;
}

/** Recorded in the middle of a tick, an event is known when the tick is over and decided. */
const knownAt = ({ recordedAtMs }: RecordedEvent): number => tickOf(recordedAtMs - 1 + TICK_MS) - 1;

/**
 * Everything that the rules did not decide, each with the tick at which they knew it. The rules read all that is recorded before
 * they decide a tick, so the order of the events says between which decisions an input came; the time says on which of the ticks
 * between these.
 */
export const inputsOf = (events: readonly RecordedEvent[]): readonly RecordedInput[] => {
  const nextDecided = new Array<number>(events.length);
  for (let index = events.length - 1, next = Infinity; index >= 0; index -= 1) {
    next = decidedTick(events[index]!) ?? next;
    nextDecided[index] = next;
  }
  let lastDecided = -1;
  return events.flatMap((recorded, index) => {
    const decided = decidedTick(recorded);
    if (decided !== undefined) {
      lastDecided = decided;
      return [];
    }
    const tick = Math.min(Math.max(knownAt(recorded), lastDecided + 1), nextDecided[index]!);
    return [{ tick, recorded }];
  });
};
