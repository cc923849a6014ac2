import type pg from 'pg';
import type { Topic, TopicSettings } from '#contracts';
import type { TopicPartition } from '../event-log.js';
import { type LogPool, queryOn } from './log-pool.js';
import { chunkTable, SQL } from './statements.js';

interface ChunkStart {
  readonly id: number;
  readonly firstOffset: number;
}

// Any number that nothing else in the database locks: 'tocl' in ASCII. Held while topics and chunks are made or dropped.
const CHUNK_LOCK = 0x746f636c;
// Batches of 2-5 KB stay in the row: PostgreSQL's default would move them to a second table, with an index of its own.
const ROW_BYTES_MAX = 8_160;

/** Which chunk holds which offsets, remembered. Stale after another process has begun a chunk: `refresh` when in doubt. */
export class Chunks {
  private readonly starts = new Map<string, readonly ChunkStart[]>();

  constructor(private readonly pool: LogPool) {}

  /** The chunk of an offset; undefined when it is older than everything that was kept. */
  holding({ topic, partition }: TopicPartition, offset: number): number | undefined {
    return this.starts.get(`${topic}/${partition}`)?.findLast(({ firstOffset }) => firstOffset <= offset)?.id;
  }

  /** The chunk that new records go to. */
  newest({ topic, partition }: TopicPartition): number | undefined {
    return this.starts.get(`${topic}/${partition}`)?.at(-1)?.id;
  }

  async refresh(topic: string): Promise<void> {
    const rows = await this.pool.query<{ id: number; partition: number; first_offset: string }>({
      name: 'chunks',
      text: SQL.chunks,
      values: [topic],
    });
    const found = new Map<string, ChunkStart[]>();
    for (const { id, partition, first_offset } of rows) {
      const name = `${topic}/${partition}`;
      const list = found.get(name) ?? [];
      found.set(name, list);
      list.push({ id, firstOffset: Number(first_offset) });
    }
    for (const [name, list] of found) this.starts.set(name, list);
  }

  /** Makes a topic with its heads and first chunk, unless it is there. */
  async ensureTopic(topic: string, { partitions, retentionMs, compacted }: TopicSettings): Promise<void> {
    await this.pool.transaction(async (client) => {
      await client.query('select pg_advisory_xact_lock($1)', [CHUNK_LOCK]);
      const values = [topic, partitions, retentionMs, compacted];
      const [row] = await queryOn<{ partitions: number }>(client, { text: SQL.ensureTopic, values });
      if (row?.partitions !== partitions)
        throw new Error(
          `event log: topic ${topic} has ${row?.partitions} partitions, not ${partitions}; order per key would break`,
        );
      const heads = await client.query('select 1 from log_head where topic = $1', [topic]);
      if (heads.rowCount !== 0) return;
      const chunk = await createChunk(client, topic);
      await client.query(
        'insert into log_head (topic, partition, chunk) select $1, generate_series(0, $2::int - 1), $3',
        [topic, partitions, chunk],
      );
      await beginAtHeads(client, topic, chunk);
    });
    await this.refresh(topic);
  }

  /** Begins a new chunk, unless another process did: appends wait meanwhile, some milliseconds. */
  async rotate(topic: Topic): Promise<void> {
    const known = this.newest({ topic, partition: 0 });
    await this.pool.transaction(async (client) => {
      await client.query('select pg_advisory_xact_lock($1)', [CHUNK_LOCK]);
      const locked = await client.query<{ chunk: number }>(
        'select chunk from log_head where topic = $1 order by partition for update',
        [topic],
      );
      if (locked.rows[0]?.chunk !== known) return;
      const chunk = await createChunk(client, topic);
      await beginAtHeads(client, topic, chunk);
      await client.query('update log_head set chunk = $2 where topic = $1', [topic, chunk]);
    });
    await this.refresh(topic);
  }

  /** Drops a topic's oldest chunk and raises the low offsets to where the next begins. The newest is never dropped. */
  async dropOldest(topic: Topic): Promise<void> {
    await this.pool.transaction(async (client) => {
      await client.query('select pg_advisory_xact_lock($1)', [CHUNK_LOCK]);
      const { rows } = await client.query<{ id: number }>(
        'select id from log_chunk where topic = $1 order by id limit 2',
        [topic],
      );
      const [oldest, next] = rows;
      if (oldest === undefined || next === undefined) return;
      // The table before the heads: an append that still names the table waits for us at its head, and we must not wait for it.
      await client.query(`drop table ${chunkTable(oldest.id)}`);
      await client.query(
        `update log_head h set low_offset = greatest(h.low_offset, s.first_offset)
         from log_chunk_start s where s.chunk = $2 and h.topic = $1 and h.partition = s.partition`,
        [topic, next.id],
      );
      await client.query('delete from log_chunk where id = $1', [oldest.id]);
    });
    await this.refresh(topic);
  }
}

const createChunk = async (client: pg.PoolClient, topic: string): Promise<number> => {
  const { rows } = await client.query<{ id: number }>('insert into log_chunk (topic) values ($1) returning id', [
    topic,
  ]);
  const id = rows[0]?.id ?? 0;
  // Rows are only added and go with their table: there is nothing to vacuum.
  await client.query(
    `create table ${chunkTable(id)} (primary key (partition, "offset")) inherits (log_record)
     with (toast_tuple_target = ${ROW_BYTES_MAX}, autovacuum_enabled = off, toast.autovacuum_enabled = off)`,
  );
  return id;
};

const beginAtHeads = async (client: pg.PoolClient, topic: string, chunk: number): Promise<void> => {
  await client.query(
    'insert into log_chunk_start (chunk, partition, first_offset) select $2, partition, next_offset from log_head where topic = $1',
    [topic, chunk],
  );
};
