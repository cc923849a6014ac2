import type { EventData, EventType, RecordedEvent } from '#contracts';
import type { Queryable } from '../database.js';

type Handler<Data> = (tx: Queryable, data: Data, recorded: RecordedEvent) => Promise<unknown>;
type Handlers = { readonly [T in EventType]?: Handler<EventData<T>> };

/**
 * Read tables that follow from the events alone, changed in the transaction of the append. A handler may read its own tables and
 * the event, nothing else: no clock, no other projection, or a rebuild would differ.
 */
export interface Projection {
  readonly tables: readonly string[];
  readonly apply: (tx: Queryable, recorded: RecordedEvent) => Promise<void>;
}

/** Makes a projection of its tables and one handler per event type; other events pass it by. */
export const projection = (tables: readonly string[], on: Handlers): Projection => ({
  tables,
  apply: async (tx, recorded) => {
    const handler = on[recorded.event.type] as unknown as Handler<unknown> | undefined;
    await handler?.(tx, recorded.event.data, recorded);
  },
});

/** A jsonb parameter: pg would take an array for a PostgreSQL array. */
export const json = (value: unknown): string => JSON.stringify(value);
