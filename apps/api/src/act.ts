import { type Event, type EventMetadata, isRefusal, type Principal, type Refusal } from '#contracts';
import type { Acting } from '#domain';
import type { Clock } from '#runtime';
import type { EventStore, StreamAppend } from '#store';
import { metadataOf } from './act-metadata.js';
import { appendAgain } from './append-again.js';

/** What acts are recorded with. */
export interface ActParts {
  readonly store: EventStore;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/** One act on one stream. */
export interface Act<T> {
  readonly stream: string;
  /** What is done, for the audit: `halt rollout ro1`. */
  readonly cause: EventMetadata['cause'];
  readonly caller: Principal;
  /** What is known of the thing before any event. */
  readonly nothing: T;
  readonly evolve: (known: T, event: Event) => T;
  /** Events to append, none where nothing changes, or why it is refused. */
  readonly decide: (known: T, acting: Acting) => readonly Event[] | Refusal | Promise<readonly Event[] | Refusal>;
  /** What is appended with it, or neither. */
  readonly beside?: ((acting: Acting) => readonly StreamAppend[]) | undefined;
}

const toldAt = ({ data }: Event): number => ('at' in data ? data.at : 0);

/**
 * Decides on what a stream says and appends, with the actor; on a conflict decides again. The time is the server's: an act has no tick,
 * and it never lies before what the stream says already.
 */
export const act = async <T>({ store, clock }: ActParts, asked: Act<T>): Promise<undefined | Refusal> => {
  const metadata = metadataOf(asked.caller, asked.cause);
  const by = metadata.actor;
  return appendAgain(store, metadata, async () => {
    const recorded = await store.readStream(asked.stream);
    const known = recorded.reduce((before, { event }) => asked.evolve(before, event), asked.nothing);
    const at = recorded.reduce((latest, { event }) => Math.max(latest, toldAt(event)), clock.nowMs());
    const events = await asked.decide(known, { by, at });
    if (isRefusal(events)) return events;
    const own = { stream: asked.stream, expectedVersion: recorded.at(-1)?.version ?? 0, events };
    return events.length === 0 ? own : [own, ...(asked.beside?.({ by, at }) ?? [])];
  });
};
