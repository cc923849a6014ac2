import type { EventType, RecordedEvent } from '#contracts';
import type { Queryable } from './database.js';
import { EVENT_COLUMNS, type EventRow, toldEvent } from './event-row.js';

/** Most events one read of the global order gives; a reader goes on after the last. */
export const READ_EVENTS_MAX = 1_000;

/** Rows with position > after, in the global order. */
export const readRows = (tx: Queryable, after: number, limit: number): Promise<readonly EventRow[]> =>
  tx.query<EventRow>(`select ${EVENT_COLUMNS} from event where position > $1 order by position limit $2`, [
    after,
    limit,
  ]);

/** The events of one stream, in order. */
export const readStream = async (tx: Queryable, stream: string): Promise<readonly RecordedEvent[]> => {
  const rows = await tx.query<EventRow>(`select ${EVENT_COLUMNS} from event where stream = $1 order by version`, [
    stream,
  ]);
  return rows.map(toldEvent);
};

const SIZE_UP_TO = `
  select coalesce(sum(pg_column_size(data)), 0)::bigint as bytes from event where stream = $1 and version <= $2`;
const PAGE_UP_TO = `
  select ${EVENT_COLUMNS} from event where stream = $1 and version > $2 and version <= $3
  order by version limit ${READ_EVENTS_MAX}`;

/**
 * The events of one stream up to a version, in order, a thousand at a time, so that others have their turn between them; undefined where their
 * data take more than `bytesMax` as the table holds them, packed where they are long.
 */
export const readStreamUpTo = async (
  tx: Queryable,
  stream: string,
  version: number,
  bytesMax: number,
): Promise<readonly RecordedEvent[] | undefined> => {
  const [size] = await tx.query<{ bytes: number }>(SIZE_UP_TO, [stream, version]);
  if ((size?.bytes ?? 0) > bytesMax) return undefined;
  const recorded: RecordedEvent[] = [];
  for (let after = 0; after < version;) {
    const rows = await tx.query<EventRow>(PAGE_UP_TO, [stream, after, version]);
    recorded.push(...rows.map(toldEvent));
    after = rows.at(-1)?.version ?? version;
  }
  return recorded;
};

/** Reads many streams at once, in the order of the log: an incident may have thousands, and a query for each would take the pool. */
export const readStreams = async (tx: Queryable, streams: readonly string[]): Promise<readonly RecordedEvent[]> => {
  const rows = await tx.query<EventRow>(`select ${EVENT_COLUMNS} from event where stream = any($1) order by position`, [
    streams,
  ]);
  return rows.map(toldEvent);
};

// Versions of a stream have no holes, and rise with positions: the last one up to a position is found by halving, some 16 looks in a stream of
// 50,000, and of each stream no more is read than could be given. By position the whole rest of a stream would be read for each page of it.
const OF_STREAMS = `
  select found.* from unnest($1::text[]) as wanted (name)
  cross join lateral (
    with recursive halved (low, high) as (
      select 0::bigint, (select version from chain_anchor where stream = wanted.name)
      union all
      select case when at <= $2 then middle else low end, case when at <= $2 then high else middle - 1 end from (
        select low, high, (low + high + 1) / 2 as middle,
          (select position from event where stream = wanted.name and version = (low + high + 1) / 2) as at
        from halved where low < high
      ) as look
    )
    select ${EVENT_COLUMNS} from event
    where stream = wanted.name and version > (select low from halved where low = high)
    order by version limit $3
  ) as found
  order by found.position limit $3`;

/** The events of some streams behind a position, in the order of the log; at most `READ_EVENTS_MAX`, however many are asked for. */
export const readStreamsAfter = async (
  tx: Queryable,
  streams: readonly string[],
  after: number,
  limit: number,
): Promise<readonly RecordedEvent[]> =>
  (await tx.query<EventRow>(OF_STREAMS, [streams, after, Math.min(limit, READ_EVENTS_MAX)])).map(toldEvent);

/**
 * The events of one stream, in order, and of one type only the last: what is told over and over, and of which only the last word
 * counts, is not read again each time that somebody asks.
 */
export const readStreamLastOf = async (
  tx: Queryable,
  stream: string,
  type: EventType,
): Promise<readonly RecordedEvent[]> => {
  const rows = await tx.query<EventRow>(
    `select ${EVENT_COLUMNS} from event where stream = $1 and (type <> $2 or version =
       (select max(version) from event where stream = $1 and type = $2)) order by version`,
    [stream, type],
  );
  return rows.map(toldEvent);
};

const GATE_EVENTS = `
  select found.* from unnest($1::text[]) as wanted (name)
  cross join lateral (
    select ${EVENT_COLUMNS} from event where stream = wanted.name and (type like 'Rollout%' or type in ('GateDecided', 'GateOverdue')
      or version in (
        select max(version) from event where stream = wanted.name and type = 'GateMeasured' group by data ->> 'stage'))
  ) as found
  order by found.position`;

/**
 * The events of streams of rollouts that their gates are made of, in the order of the log: of the measurements the last of each stage, since
 * a stage is measured every few seconds for days.
 */
export const readGateEvents = async (tx: Queryable, streams: readonly string[]): Promise<readonly RecordedEvent[]> =>
  (await tx.query<EventRow>(GATE_EVENTS, [streams])).map(toldEvent);

/** Which of the newest events of one stream. */
export interface NewestAsk {
  readonly stream: string;
  /** Any unless told. */
  readonly types?: readonly EventType[];
  /** Those that name this alert. */
  readonly alertId?: string;
  /** Those of then and before, ms of log time; what has no time of its own is always among them. */
  readonly untilMs: number;
  readonly limit: number;
}

/** The newest events of one stream until a moment, in order: however long the stream is, no more than `limit` are read. */
export const readNewest = async (
  tx: Queryable,
  { stream, types, alertId, untilMs, limit }: NewestAsk,
): Promise<readonly RecordedEvent[]> => {
  const rows = await tx.query<EventRow>(
    `select ${EVENT_COLUMNS} from event where stream = $1 and ($2::text[] is null or type = any($2))
       and ($3::text is null or data ->> 'alertId' = $3) and coalesce((data ->> 'at')::bigint, 0) <= $4
     order by version desc limit $5`,
    [stream, types ?? null, alertId ?? null, untilMs, limit],
  );
  return rows.map(toldEvent).toReversed();
};

/** How far a stream and the whole log have come, at one moment. */
export interface Standing {
  /** Of the stream; 0 when it does not exist. */
  readonly version: number;
  /** Of the newest event of all; 0 when there is none. */
  readonly position: number;
}

const STANDING = `
  select position, coalesce((select version from chain_anchor where stream = $1), 0) as version from event_head`;

/** How far a stream has come, and the log with it. Takes no lock. */
export const standingOf = async (tx: Queryable, stream: string): Promise<Standing> =>
  (await tx.query<Standing>(STANDING, [stream]))[0] ?? { version: 0, position: 0 };

/** The versions of streams; one that does not exist is not among them. Takes no lock. */
export const streamVersions = async (
  tx: Queryable,
  streams: readonly string[],
): Promise<ReadonlyMap<string, number>> => {
  const rows = await tx.query<{ readonly stream: string; readonly version: number }>(
    'select stream, version from chain_anchor where stream = any($1)',
    [streams],
  );
  return new Map(rows.map(({ stream, version }) => [stream, version]));
};
