import type { Event, EventOf, EventType } from '#contracts';

/** Tells events of certain types, so that the switch over them is exhaustive. */
export const isEventOf = <T extends EventType>(...types: readonly T[]) => {
  const set: ReadonlySet<EventType> = new Set(types);
  return (event: Event): event is EventOf<T> => set.has(event.type);
};

/** The events a guard lets through. */
export type GuardedEvent<G> = G extends ((event: Event) => event is EventOf<infer T>) ? EventOf<T> : never;
