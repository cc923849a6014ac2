import type { Topic } from '#contracts';
import type { Chunks } from './chunks.js';
import type { LogPool } from './log-pool.js';

/** A chunk as retention sees it. */
export interface ChunkState {
  readonly id: number;
  readonly topic: Topic;
  readonly retentionMs: number;
  readonly isCompacted: boolean;
  readonly beganAtMs: number;
  readonly bytes: number;
}

/** What retention does: topics that begin a new chunk, and topics whose oldest chunk goes, once per mention. */
export interface RetentionPlan {
  readonly rotate: readonly Topic[];
  readonly drop: readonly Topic[];
}

// A topic is cut into about this many chunks: what is kept exceeds the retention by a twenty-fourth at most, and there are few tables.
const CHUNKS_PER_RETENTION = 24;
// And a chunk holds at most this part of all bytes, so that dropping one for its size is a small step.
const CHUNKS_PER_BYTES_MAX = 40;

/**
 * Chunks that are older than a part of their topic's retention, or large, are closed. A closed chunk goes when the next one is
 * older than the retention (so each of its records is), or, the oldest of all topics first, while all chunks together are larger
 * than `bytesMax`. Compacted topics lose nothing by age or size: each key's newest record counts.
 */
export const planRetention = (chunks: readonly ChunkState[], nowMs: number, bytesMax: number): RetentionPlan => {
  const byTopic = new Map<Topic, ChunkState[]>();
  for (const chunk of chunks.toSorted((a, b) => a.id - b.id)) {
    const list = byTopic.get(chunk.topic);
    if (list === undefined) byTopic.set(chunk.topic, [chunk]);
    else list.push(chunk);
  }
  const drop: Topic[] = [];
  const left: ChunkState[] = [];
  for (const [topic, list] of byTopic) {
    const firstKept = list.findIndex((chunk, i) => {
      const next = list[i + 1];
      return chunk.isCompacted || next === undefined || nowMs - next.beganAtMs <= chunk.retentionMs;
    });
    drop.push(...list.slice(0, firstKept).map(() => topic));
    left.push(...list.slice(firstKept));
  }
  let bytes = left.reduce((sum, chunk) => sum + chunk.bytes, 0);
  const isNewest = (chunk: ChunkState): boolean => byTopic.get(chunk.topic)?.at(-1) === chunk;
  for (const chunk of left.toSorted((a, b) => a.beganAtMs - b.beganAtMs || a.id - b.id)) {
    if (bytes <= bytesMax) break;
    if (chunk.isCompacted || isNewest(chunk)) continue;
    drop.push(chunk.topic);
    bytes -= chunk.bytes;
  }
  const isFull = (chunk: ChunkState): boolean =>
    nowMs - chunk.beganAtMs > chunk.retentionMs / CHUNKS_PER_RETENTION || chunk.bytes > bytesMax / CHUNKS_PER_BYTES_MAX;
  return { rotate: left.filter((chunk) => isNewest(chunk) && isFull(chunk)).map(({ topic }) => topic), drop };
};

/** Carries out what retention asks for now. */
export const keepWithinRetention = async (pool: LogPool, chunks: Chunks, bytesMax: number): Promise<RetentionPlan> => {
  const rows = await pool.query<ChunkState & { nowMs: number }>({
    text: `select c.id, c.topic, t.retention_ms::float8 as "retentionMs", t.compacted as "isCompacted",
        (extract(epoch from c.began_at) * 1000)::float8 as "beganAtMs",
        (extract(epoch from clock_timestamp()) * 1000)::float8 as "nowMs",
        pg_total_relation_size(format('log_record_%s', c.id)::regclass)::float8 as bytes
      from log_chunk c join log_topic t using (topic)`,
  });
  const plan = planRetention(rows, rows[0]?.nowMs ?? 0, bytesMax);
  for (const topic of plan.drop) await chunks.dropOldest(topic);
  for (const topic of plan.rotate) await chunks.rotate(topic);
  return plan;
};
