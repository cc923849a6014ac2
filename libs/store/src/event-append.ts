import type { Event, EventMetadata, RecordedEvent } from '#contracts';
import type { Queryable } from './database.js';
import { CHAIN_START, eventHash } from './event-hash.js';
import { type EventRow, parseEvent, recordedEvent } from './event-row.js';
import { storableJson, storableText } from './storable.js';

/** An event on its way into the store. */
export interface PendingEvent {
  readonly stream: string;
  readonly event: Event;
  readonly metadata: EventMetadata;
}

/** The last link of a stream's chain; version 0 when the stream does not exist. */
export interface ChainHead {
  readonly version: number;
  readonly hash: string;
}

/** Heads by stream; a stream that is absent does not exist. */
export type ChainHeads = ReadonlyMap<string, ChainHead>;

const NO_STREAM: ChainHead = { version: 0, hash: CHAIN_START };

/** The head of one stream. */
export const headOf = (heads: ChainHeads, stream: string): ChainHead => heads.get(stream) ?? NO_STREAM;

/** Takes the lock that gives the global order, until the end of the transaction, and answers the last position given. */
export const lockHead = async (tx: Queryable): Promise<number> => {
  const [head] = await tx.query<{ position: number }>('select position from event_head for update');
  if (head === undefined) throw new Error('lock event_head: the row is missing');
  return head.position;
};

/** Reads the heads of streams; only true while the lock is held. */
export const readHeads = async (tx: Queryable, streams: readonly string[]): Promise<ChainHeads> => {
  const rows = await tx.query<ChainHead & { stream: string }>(
    'select stream, version, hash from chain_anchor where stream = any($1::text[])',
    [streams],
  );
  return new Map(rows.map(({ stream, version, hash }) => [stream, { version, hash }]));
};

const rowOf = (pending: PendingEvent, position: number, head: ChainHead, recordedAtMs: number): EventRow => {
  const { stream, event, metadata } = pending;
  const { type, data } = parseEvent(event.type, event.data, `append to ${stream}`);
  const row = {
    position,
    stream,
    version: head.version + 1,
    type,
    data: JSON.parse(storableJson(data)) as unknown,
    actor: storableText(metadata.actor),
    cause: storableText(metadata.cause),
    recordedAtMs,
    audit: metadata.audit === undefined ? null : (JSON.parse(storableJson(metadata.audit)) as unknown),
  };
  return { ...row, hash: eventHash(head.hash, row) };
};

/** Gives each event its position, version and hash. */
export const chainRows = (
  pending: readonly PendingEvent[],
  lastPosition: number,
  heads: ChainHeads,
  recordedAtMs: number,
): readonly EventRow[] => {
  const now = new Map(heads);
  return pending.map((one, index) => {
    const row = rowOf(one, lastPosition + index + 1, headOf(now, one.stream), recordedAtMs);
    now.set(one.stream, row);
    return row;
  });
};

const INSERT_EVENTS = `
  insert into event (position, stream, version, type, data, actor, cause, recorded_at_ms, audit, hash)
  select * from unnest(
    $1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::jsonb[], $6::text[], $7::text[], $8::bigint[], $9::jsonb[],
    $10::text[])`;

// The newest row of each stream becomes its anchor.
const MOVE_ANCHORS = `
  insert into chain_anchor (stream, version, hash)
  select distinct on (stream) stream, version, hash
  from unnest($1::text[], $2::bigint[], $3::text[]) as appended (stream, version, hash)
  order by stream, version desc
  on conflict (stream) do update set version = excluded.version, hash = excluded.hash`;

/** Writes rows, the anchors of their streams and the head. The lock must be held. */
export const writeRows = async (tx: Queryable, rows: readonly EventRow[]): Promise<readonly RecordedEvent[]> => {
  const last = rows.at(-1);
  if (last === undefined) return [];
  const column = <K extends keyof EventRow>(name: K): readonly EventRow[K][] => rows.map((row) => row[name]);
  await tx.query(INSERT_EVENTS, [
    column('position'),
    column('stream'),
    column('version'),
    column('type'),
    rows.map((row) => JSON.stringify(row.data)),
    column('actor'),
    column('cause'),
    column('recordedAtMs'),
    rows.map(({ audit }) => (audit === null ? null : JSON.stringify(audit))),
    column('hash'),
  ]);
  await tx.query(MOVE_ANCHORS, [column('stream'), column('version'), column('hash')]);
  await tx.query('update event_head set position = $1', [last.position]);
  return rows.map(recordedEvent);
};
