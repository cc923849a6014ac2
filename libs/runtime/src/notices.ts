import type { EventType, RecordedEvent } from '#contracts';

/**
 * What the roles of one process tell each other of: events that were appended or published just now, so that whoever has something to
 * do about them need not wait for its tick. Nothing depends on a notice: across processes there is none.
 */
export class Notices {
  private readonly listeners = new Map<EventType, (() => void)[]>();

  /** Calls whenever events of a type are told of; a role listens once, at its start, for as long as the process lives. */
  listen(type: EventType, onTold: () => void): void {
    this.listeners.set(type, [...(this.listeners.get(type) ?? []), onTold]);
  }

  /** Tells of events; each listener is called once, however many there are of its type. */
  tell(events: readonly Pick<RecordedEvent, 'event'>[]): void {
    for (const type of new Set(events.map(({ event }) => event.type)))
      for (const onTold of this.listeners.get(type) ?? []) onTold();
  }
}
