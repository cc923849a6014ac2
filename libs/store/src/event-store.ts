import type { Event, EventMetadata, Once, RecordedEvent } from '#contracts';
import type { Database, Queryable } from './database.js';
import { chainRows, headOf, lockHead, type PendingEvent, readHeads, writeRows } from './event-append.js';
import { derivedEscalations } from './escalation-derive.js';
import { derivedDeliveries, endSettledClaims } from './event-derive.js';
import { READ_EVENTS_MAX, readRows, readStream } from './event-read.js';
import { toldEvent, withoutHashes } from './event-row.js';
import { type DoneRequest, findDoneRequest, takeKey } from './idempotent-request.js';
import { project } from './projections/projections.js';

/** Events for one stream, and the version it must have now (0 = it must not exist). */
export interface StreamAppend {
  readonly stream: string;
  readonly expectedVersion: number;
  readonly events: readonly Event[];
}

/** Appended (the given events first, then what becomes of escalations by them, and the deliveries that all of these ask for), or which stream had another version, or that the idempotency key was taken: nothing at all was written then. */
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
  /** The request that used an idempotency key before; a conflict that names the key ends here. */
  readonly doneRequest: (once: Once) => Promise<DoneRequest | undefined>;
  readonly readStream: (stream: string) => Promise<readonly RecordedEvent[]>;
  /** Events with position > after, in the global order; `limit` at most `READ_EVENTS_MAX`. */
  readonly readAll: (after: number, limit: number) => Promise<readonly RecordedEvent[]>;
  /** The position of the newest event; 0 when there is none. Takes no lock. */
  readonly head: () => Promise<number>;
}

/** Most events of one append: what a tick of the worst hour decides is two orders below; more is a wrong program and throws. */
export const APPEND_EVENTS_MAX = 5_000;

const pendingOf = (streams: readonly StreamAppend[], metadata: EventMetadata): readonly PendingEvent[] => {
  const pending = streams.flatMap(({ stream, events }) => events.map((event) => ({ stream, event, metadata })));
  if (pending.length > APPEND_EVENTS_MAX)
    throw new Error(`append: ${pending.length} events, more than ${APPEND_EVENTS_MAX}`);
  if (new Set(streams.map(({ stream }) => stream)).size < streams.length)
    throw new Error('append: a stream is named twice');
  return pending;
};

const writeAndProject = async (
  tx: Queryable,
  pending: readonly PendingEvent[],
  recordedAtMs: number,
): Promise<readonly RecordedEvent[]> => {
  const lastPosition = await lockHead(tx);
  const heads = await readHeads(tx, [...new Set(pending.map(({ stream }) => stream))]);
  const recorded = await writeRows(tx, chainRows(pending, lastPosition, heads, recordedAtMs));
  await project(tx, recorded);
  return recorded;
};

const conflictOf = async (tx: Queryable, streams: readonly StreamAppend[]): Promise<string | undefined> => {
  const heads = await readHeads(
    tx,
    streams.map(({ stream }) => stream),
  );
  return streams.find(({ stream, expectedVersion }) => headOf(heads, stream).version !== expectedVersion)?.stream;
};

const appendIn = async (
  tx: Queryable,
  streams: readonly StreamAppend[],
  metadata: EventMetadata,
  now: () => number,
): Promise<AppendResult> => {
  const pending = pendingOf(streams, metadata);
  // The versions are compared under the lock: nobody can append between the comparison and the commit.
  const lastPosition = await lockHead(tx);
  const conflict = await conflictOf(tx, streams);
  if (conflict !== undefined) return { conflict };
  const recordedAtMs = now();
  const once = metadata.terms?.once;
  if (once !== undefined && !(await takeKey(tx, once, lastPosition + 1, recordedAtMs)))
    return { conflict: `idempotency key ${once.key}` };
  const appended = await writeAndProject(tx, pending, recordedAtMs);
  const derive = (derived: readonly PendingEvent[]): Promise<readonly RecordedEvent[]> =>
    derived.length === 0 ? Promise.resolve([]) : writeAndProject(tx, derived, recordedAtMs);
  const escalated = await derive(await derivedEscalations(tx, appended));
  const deliveries = await derive(await derivedDeliveries(tx, appended, escalated));
  await endSettledClaims(tx, appended);
  return { appended: [...appended, ...escalated, ...deliveries].map(withoutHashes) };
};

const readAll = async (tx: Queryable, after: number, limit: number): Promise<readonly RecordedEvent[]> => {
  if (limit > READ_EVENTS_MAX) throw new Error(`read events: limit ${limit} is more than ${READ_EVENTS_MAX}`);
  return (await readRows(tx, after, limit)).map(toldEvent);
};

/** The event store in PostgreSQL. `now` gives the time of recording, ms since the epoch; nothing is decided by it. */
export const createEventStore = (database: Database, now: () => number): EventStore => ({
  append: (streams, metadata) => database.transaction((tx) => appendIn(tx, streams, metadata, now)),
  appendIn: (tx, streams, metadata) => appendIn(tx, streams, metadata, now),
  doneRequest: (once) => findDoneRequest(database, once, now()),
  readStream: (stream) => readStream(database, stream),
  readAll: (after, limit) => readAll(database, after, limit),
  head: async () => (await database.query<{ position: number }>('select position from event_head'))[0]?.position ?? 0,
});
