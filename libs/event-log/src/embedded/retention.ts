import type pg from 'pg';

// A chunk holds one hour of records of all topics: coarse enough to be few, fine enough that dropping one is a small step.
const CHUNK_MS = 3_600_000;
// Topics share chunks, so one age holds for all: a week, the retention of telemetry. What must live longer is in the event store.
const RETENTION_MAX_MS = 7 * 86_400_000;
// Two chunks ahead, so that a process that could not run for an hour still finds one to write to.
const CHUNKS_AHEAD = 2;

const chunkName = (startMs: number): string => `log_record_${Math.floor(startMs / CHUNK_MS)}`;

/** Makes the chunks of this hour and the next; a default chunk catches what a jumping clock would put elsewhere. */
export const makeChunks = async (pool: pg.Pool): Promise<void> => {
  const { rows } = await pool.query<{ now_ms: string }>(
    `select (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms`,
  );
  const hour = Math.floor(Number(rows[0]?.now_ms) / CHUNK_MS) * CHUNK_MS;
  await pool.query('create table if not exists log_record_default partition of log_record default');
  for (let start = hour; start <= hour + CHUNKS_AHEAD * CHUNK_MS; start += CHUNK_MS) {
    const bounds = `from (to_timestamp(${start / 1000})) to (to_timestamp(${(start + CHUNK_MS) / 1000}))`;
    await pool.query(`create table if not exists ${chunkName(start)} partition of log_record for values ${bounds}`);
  }
};

interface Chunk {
  readonly name: string;
  readonly start_ms: number;
  readonly bytes: string;
}

/**
 * Drops the oldest chunks: those that every topic's retention has passed, and, when all chunks together are larger than
 * `bytesMax`, further ones until they fit. `low_offset` is raised in the same transaction, so a reader is told, not misled.
 * Never dropped: the chunk of this hour.
 */
export const keepWithinRetention = async (pool: pg.Pool, bytesMax: number): Promise<readonly string[]> => {
  const { rows: chunks } = await pool.query<Chunk>(
    `select relname as name, substring(relname from '\\d+$')::bigint * ${CHUNK_MS} as start_ms, pg_total_relation_size(oid) as bytes
     from pg_class where relname ~ '^log_record_\\d+$' and relkind = 'r' order by 2`,
  );
  const { rows } = await pool.query<{ keep_from_ms: string; now_ms: string }>(
    `select (extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms,
            (extract(epoch from clock_timestamp()) * 1000)::bigint - least(coalesce(max(retention_ms), 0), ${RETENTION_MAX_MS}) as keep_from_ms
     from log_topic`,
  );
  const keepFromMs = Number(rows[0]?.keep_from_ms);
  const currentMs = Number(rows[0]?.now_ms) - CHUNK_MS;
  let bytes = chunks.reduce((sum, chunk) => sum + Number(chunk.bytes), 0);
  const dropped: string[] = [];
  for (const chunk of chunks) {
    const isOld = Number(chunk.start_ms) + CHUNK_MS < keepFromMs;
    if (!(isOld || bytes > bytesMax) || Number(chunk.start_ms) > currentMs) break;
    await dropChunk(pool, chunk.name);
    bytes -= Number(chunk.bytes);
    dropped.push(chunk.name);
  }
  return dropped;
};

const dropChunk = async (pool: pg.Pool, name: string): Promise<void> => {
  const client = await pool.connect();
  let failed = true;
  try {
    await client.query('begin');
    await client.query(
      `update log_head h set low_offset = greatest(h.low_offset, c.last + 1)
       from (select topic, partition, max("offset") as last from ${name} group by 1, 2) c
       where h.topic = c.topic and h.partition = c.partition`,
    );
    await client.query(`drop table ${name}`);
    await client.query('commit');
    failed = false;
  } finally {
    client.release(failed);
  }
};
