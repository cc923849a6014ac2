import type { LogRecord, TopicPartition } from '../event-log.js';

/** A record as PostgreSQL returns it. */
export interface RecordRow {
  readonly offset: string;
  readonly at_ms: number;
  readonly key: string | null;
  readonly headers: string;
  readonly value: Buffer;
}

/** A row as the port's record. */
export const toRecord = ({ topic, partition }: TopicPartition, row: RecordRow): LogRecord => ({
  topic,
  partition,
  offset: Number(row.offset),
  key: row.key,
  value: row.value,
  headers: row.headers === '{}' ? {} : (JSON.parse(row.headers) as Record<string, string>),
  appendedAtMs: row.at_ms,
});

/** The table of a chunk; the number comes from the database, never from outside. */
export const chunkTable = (chunk: number): string => `log_record_${chunk}`;

/** What the log takes for the time: what it is told, the server's clock unless it is. */
const NOW = (toldMs: string): string => `coalesce(to_timestamp(${toldMs}::float8 / 1000), clock_timestamp())`;

// The port gives whole ms; the tables know microseconds. Cut, not rounded: a time that is told must never lie ahead of the clock.
const AT_MS = (at: string): string => `floor(extract(epoch from ${at}) * 1000)::float8 as at_ms`;

/** Every statement of the log, by what it does. */
export const SQL = {
  topics: 'select topic, partitions from log_topic',
  ensureTopic: `insert into log_topic (topic, partitions, retention_ms, compacted) values ($1, $2, $3, $4)
    on conflict (topic) do update set retention_ms = excluded.retention_ms
    returning partitions`,
  chunks: `select c.id, s.partition, s.first_offset from log_chunk c join log_chunk_start s on s.chunk = c.id
    where c.topic = $1 order by c.id`,
  offsets: `select partition, low_offset as low, next_offset as high from log_head where topic = $1 order by partition`,
  // No row when the head has moved to another chunk. The time is taken again when another append or `caughtUp` changed the row
  // before us, and it never goes back, whatever the system clock does.
  append: (chunk: number) => `with head as (
      update log_head set next_offset = next_offset + cardinality($3::text[]), last_at = greatest(last_at, ${NOW('$6')})
      where topic = $1 and partition = $2 and chunk = ${chunk}
      returning next_offset - cardinality($3::text[]) as base, last_at
    ), put as (
      insert into ${chunkTable(chunk)} (partition, "offset", at, key, headers, value)
      select $2, head.base + n - 1, head.last_at, k, h, v
      from head, unnest($3::text[], $4::text[], $5::bytea[]) with ordinality as r(k, h, v, n)
    )
    select base, pg_notify('tocsin_log', $1 || '/' || $2) from head`,
  // The first record always, further ones while their sum stays within the bytes.
  fetch: (chunk: number) => `select "offset", ${AT_MS('at')}, key, headers, value from (
      select *, sum(length(value)) over (order by "offset") as bytes, row_number() over (order by "offset") as n
      from (select * from ${chunkTable(chunk)} where partition = $1 and "offset" >= $2 order by "offset" limit $3) page
    ) sized where n = 1 or bytes <= $4 order by "offset"`,
  // The time told is written down, so that no later append gets an earlier one. An append in flight is waited for and then shows.
  caughtUp: `update log_head set last_at = greatest(last_at, ${NOW('$3')}) where topic = $1 and partition = $2
    returning low_offset as low, next_offset as high, ${AT_MS('last_at')}`,
  end: `select low_offset as low, next_offset as high, 0::float8 as at_ms from log_head where topic = $1 and partition = $2`,
} as const;
