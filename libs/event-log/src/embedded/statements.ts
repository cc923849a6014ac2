import type { LogRecord, TopicPartition } from '../event-log.js';

/** A record as PostgreSQL returns it. */
export interface RecordRow {
  readonly offset: string;
  readonly at_ms: string;
  readonly key: string | null;
  readonly headers: Record<string, string>;
  readonly value: Buffer;
}

/** A row as the port's record. */
export const toRecord = ({ topic, partition }: TopicPartition, row: RecordRow): LogRecord => ({
  topic,
  partition,
  offset: Number(row.offset),
  key: row.key,
  value: row.value,
  headers: row.headers,
  appendedAtMs: Number(row.at_ms),
});

/** Every statement of the log, by what it does. */
export const SQL = {
  ensureTopic: `insert into log_topic (topic, partitions, retention_ms, compacted) values ($1, $2, $3, $4)
    on conflict (topic) do update set retention_ms = excluded.retention_ms`,
  ensureHeads: `insert into log_head (topic, partition) select $1, generate_series(0, $2::int - 1) on conflict do nothing`,
  offsets: `select partition, low_offset as low, next_offset as high from log_head where topic = $1 order by partition`,
  // The append time is taken after the head row is locked and never goes back, whatever the system clock does.
  append: `with head as (
      update log_head set next_offset = next_offset + cardinality($3::text[]), last_at = greatest(last_at, clock_timestamp())
      where topic = $1 and partition = $2
      returning next_offset - cardinality($3::text[]) as base, last_at
    ), put as (
      insert into log_record (topic, partition, "offset", at, key, headers, value)
      select $1, $2, head.base + n - 1, head.last_at, k, h::jsonb, v
      from head, unnest($3::text[], $4::text[], $5::bytea[]) with ordinality as r(k, h, v, n)
      returning 1
    )
    select base, (select count(*) from put) as records, pg_notify('tocsin_log', $1 || '/' || $2) from head`,
  fetch: `select "offset", (extract(epoch from at) * 1000)::numeric(20, 3) as at_ms, key, headers, value from (
      select *, sum(length(value)) over (order by "offset") - length(value) as before
      from (select * from log_record where topic = $1 and partition = $2 and "offset" >= $3 order by "offset" limit $4) page
    ) sized where before < $5 order by "offset"`,
  caughtUp: `with clock as materialized (select clock_timestamp() as at)
    select (extract(epoch from clock.at) * 1000)::numeric(20, 3) as at_ms, next_offset
    from clock, log_head where topic = $1 and partition = $2 for share of log_head`,
  offsetAt: `select coalesce(
      (select min("offset") from log_record where topic = $1 and partition = $2 and at >= to_timestamp($3::float8 / 1000)),
      (select next_offset from log_head where topic = $1 and partition = $2)) as found`,
} as const;
