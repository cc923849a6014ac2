import type { Event, EventMetadata, RecordedEvent } from '#contracts';
import type { Queryable } from './database.js';

/** Events for one stream, and the version it must have now (0 = it must not exist). */
export interface StreamAppend {
  readonly stream: string;
  readonly expectedVersion: number;
  readonly events: readonly Event[];
}

/** Appended, or which stream had another version: nothing at all was written then. */
export type AppendResult = { readonly appended: readonly RecordedEvent[] } | { readonly conflict: string };

/**
 * The event store: streams with expected versions, one gapless global order in commit order (no reader can skip an event that
 * commits later), one hash chain per stream. Projections and deliveries change in the transaction of the append.
 */
export interface EventStore {
  /** All streams or none, in one transaction of its own. */
  readonly append: (streams: readonly StreamAppend[], metadata: EventMetadata) => Promise<AppendResult>;
  /** The same inside the caller's transaction; on a conflict the caller must roll back (throw). */
  readonly appendIn: (
    tx: Queryable,
    streams: readonly StreamAppend[],
    metadata: EventMetadata,
  ) => Promise<AppendResult>;
  readonly readStream: (stream: string) => Promise<readonly RecordedEvent[]>;
  /** Events with position > after, in the global order. */
  readonly readAll: (after: number, limit: number) => Promise<readonly RecordedEvent[]>;
}
