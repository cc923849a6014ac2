import type { RecordedEvent } from '#contracts';
import type { FollowedPage } from '../event-feed.js';

/** A thing that changed, and the position of the last event that says so. */
export interface Change {
  readonly id: string;
  readonly position: number;
}

/** The thing that an event changes; undefined: it changes another. `field` is where events of its streams name it. */
export const subjectOf = (
  { stream, event }: RecordedEvent,
  field: string,
  changesIt: (id: string, stream: string) => boolean,
): string | undefined => {
  const id: unknown = (event.data as Readonly<Record<string, unknown>>)[field];
  return typeof id === 'string' && changesIt(id, stream) ? id : undefined;
};

/** What changed in a page of events, each thing once, in the order of its last change: who is behind wants to know how it is, not how often it changed. */
export const changesOf = (
  { events }: FollowedPage,
  idOf: (recorded: RecordedEvent) => string | undefined,
): readonly Change[] => {
  const last = new Map<string, number>();
  for (const { recorded } of events) {
    const id = idOf(recorded);
    if (id === undefined) continue;
    last.delete(id);
    last.set(id, recorded.position);
  }
  return [...last].map(([id, position]) => ({ id, position }));
};
