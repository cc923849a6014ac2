import { z } from 'zod';
import { type Audit, type Event, isRefusal, nameSchema, type RecordedEvent, refuse, type Refusal } from '#contracts';
import { type Changes, changesOfLast } from '#domain';
import { type EventStore, type Queryable, readStreamUpTo } from '#store';
import { plainListQuery } from '../list-query.js';
import { moment } from '../window-query.js';

const text = z.string().min(1).max(500);

/** Which acts are listed. */
export const auditQuery = plainListQuery.extend({
  actor: text.optional(),
  subject: text.optional(),
  stream: text.optional(),
  type: nameSchema.optional(),
  from: moment.optional(),
  to: moment.optional(),
});

/** The place of an event in the global order. */
export const auditPosition = z.coerce.number().int().positive();

/** An act, what it changed, and its links in the chain. */
export interface ShownAct extends Changes {
  readonly position: number;
  readonly stream: string;
  readonly version: number;
  readonly type: string;
  readonly actor: string;
  readonly cause: string;
  readonly recordedAt: number;
  readonly audit: Audit | null;
  /** What the event says, without what proves a secret. */
  readonly data: Readonly<Record<string, unknown>>;
  /** The hashes of the event before it in its stream, null where it is the first, and of itself. */
  readonly chain: { readonly previous: string | null; readonly hash: string };
}

/**
 * An act is shown while its stream is not longer than this: reading a stream is what before and after cost. The longest of a story, an
 * incident of a day, has some thousands.
 */
const STREAM_EVENTS_MAX = 20_000;
/** And while the data of its events are not more, packed where they are long: a catalogue of registrations of a thousand customers each. */
const STREAM_BYTES_MAX = 16_000_000;

const withoutSecret = (event: Event): Readonly<Record<string, unknown>> => {
  if (event.type !== 'ApiKeyCreated') return event.data;
  const { secretHash: _secretHash, ...shown } = event.data;
  return shown;
};

const recordedAt = async (store: Pick<EventStore, 'readAll'>, position: number): Promise<RecordedEvent | undefined> => {
  const [found] = await store.readAll(position - 1, 1);
  return found?.position === position ? found : undefined;
};

/** What acts are read from. */
export interface ActParts {
  readonly database: Queryable;
  readonly store: Pick<EventStore, 'readAll'>;
}

const upTo = async (
  database: Queryable,
  { stream, version }: RecordedEvent,
): Promise<readonly RecordedEvent[] | Refusal> => {
  if (version > STREAM_EVENTS_MAX)
    return refuse('QUERY_TOO_COSTLY', `${version} events of ${stream} would be read: at most ${STREAM_EVENTS_MAX}`);
  const until = await readStreamUpTo(database, stream, version, STREAM_BYTES_MAX);
  return until ?? refuse('QUERY_TOO_COSTLY', `the events of ${stream} take more than ${STREAM_BYTES_MAX} bytes`);
};

/** One act or any other event, with what it changed. */
export const readAct = async ({ database, store }: ActParts, position: number): Promise<ShownAct | Refusal> => {
  const found = await recordedAt(store, position);
  if (found === undefined) return refuse('NOT_FOUND', `there is no event at position ${position}`);
  const until = await upTo(database, found);
  if (isRefusal(until)) return until;
  const { stream, version, event, metadata, hash } = found;
  return {
    position,
    stream,
    version,
    type: event.type,
    actor: metadata.actor,
    cause: metadata.cause,
    recordedAt: found.recordedAtMs,
    audit: metadata.audit ?? null,
    data: withoutSecret(event),
    chain: { previous: until.at(-2)?.hash ?? null, hash },
    ...changesOfLast(
      stream,
      until.map((each) => each.event),
    ),
  };
};
