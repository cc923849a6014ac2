import { type RecordedEvent, TICK_MS } from '#contracts';

/** A time at which something was really wrong. */
export interface Fault {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** An alarm so long before still belongs to it: an incident that was found has begun earlier, nobody knows when. */
  readonly earlyMs: number;
}

/** A recorded incident was found late; an alarm up to two minutes before it found the same. */
const FOUND_LATE_MS = 120_000;

/** The recorded incidents as faults: the best that is known where nobody says what really happened. */
export const faultsOf = (events: readonly RecordedEvent[], endMs: number): readonly Fault[] => {
  const faults = new Map<string, Fault>();
  for (const { event } of events) {
    if (event.type === 'IncidentOpened') {
      const { incidentId, title, at } = event.data;
      faults.set(incidentId, { name: title, fromMs: at, toMs: endMs, earlyMs: FOUND_LATE_MS });
    }
    const known = event.type === 'IncidentResolved' ? faults.get(event.data.incidentId) : undefined;
    if (event.type === 'IncidentResolved' && known !== undefined)
      faults.set(event.data.incidentId, { ...known, toMs: event.data.at });
  }
  return [...faults.values()];
};

/** The index of the fault that an alarm belongs to; -1 = it is a false one. What a window still holds afterwards belongs to it too. */
export const faultAt = (faults: readonly Fault[], atMs: number, windowMs: number): number =>
  faults.findIndex(({ fromMs, toMs, earlyMs }) => atMs >= fromMs - earlyMs && atMs <= toMs + windowMs);

/** Those that could be found within ticks, both included. */
export const faultsWithin = (
  faults: readonly Fault[],
  { fromTick, toTick }: { readonly fromTick: number; readonly toTick: number },
): readonly Fault[] =>
  faults.filter(({ fromMs, toMs }) => toMs > fromTick * TICK_MS && fromMs < (toTick + 1) * TICK_MS);
