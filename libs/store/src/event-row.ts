import { auditSchema, type Event, eventSchemas, type EventType, type RecordedEvent } from '#contracts';
import type { HashedRow } from './event-hash.js';

/** An event's row. */
export interface EventRow extends HashedRow {
  readonly hash: string;
}

/** The columns of `event` under the names of `EventRow`. */
export const EVENT_COLUMNS =
  'position, stream, version, type, data, actor, cause, recorded_at_ms as "recordedAtMs", audit, hash';

const isEventType = (type: string): type is EventType => Object.hasOwn(eventSchemas, type);

/** Checks an event against its schema. Anything else is a wrong program: it throws, naming the event. */
export const parseEvent = (type: string, data: unknown, where: string): Event => {
  if (!isEventType(type)) throw new Error(`${where}: there is no event type ${type}`);
  const parsed = eventSchemas[type].safeParse(data);
  if (!parsed.success) throw new Error(`${where}: not a valid ${type}`, { cause: parsed.error });
  return { type, data: parsed.data } as Event;
};

/** A row as an event. */
export const recordedEvent = (row: EventRow): RecordedEvent => ({
  position: row.position,
  stream: row.stream,
  version: row.version,
  event: parseEvent(row.type, row.data, `read event ${row.position} of ${row.stream}`),
  metadata: {
    actor: row.actor,
    cause: row.cause,
    ...(row.audit === null ? {} : { audit: auditSchema.parse(row.audit) }),
  },
  recordedAtMs: row.recordedAtMs,
  hash: row.hash,
});

/** Stands where the hash of a secret stood: nobody but the authenticator has any business with it, and it reads its own table. */
const NO_HASH = '0'.repeat(64);

/** An event as anybody may see it. The chain is over the row, and rebuilding reads rows: both see all of it. */
export const withoutHashes = (recorded: RecordedEvent): RecordedEvent => {
  const { event } = recorded;
  if (event.type !== 'ApiKeyCreated') return recorded;
  return { ...recorded, event: { ...event, data: { ...event.data, secretHash: NO_HASH } } };
};

/** A row as an event that leaves the store. */
export const toldEvent = (row: EventRow): RecordedEvent => withoutHashes(recordedEvent(row));
