import type { Topic } from '#contracts';
import type { OffsetGap } from '#domain';
import type { Queryable } from './database.js';

/** Most gaps one read gives; the newest are given. */
export const OFFSET_GAPS_MAX = 1_000;

/** What the log lost before it was counted. */
export interface OffsetGapRepository {
  /** In the transaction that moves the position past them. Writing one twice fails: it would be named twice. */
  readonly insert: (tx: Queryable, cluster: string, gaps: readonly OffsetGap[]) => Promise<void>;
  /** Newest first; of one partition, or of all. */
  readonly list: (
    cluster: string,
    partition?: { readonly topic: Topic; readonly partition: number },
    limit?: number,
  ) => Promise<readonly OffsetGap[]>;
}

const INSERT = `
  insert into offset_gap (cluster_id, topic, partition, incarnation, from_offset, to_offset, cause, found_at_ms)
  select $1, * from unnest($2::text[], $3::int[], $4::int[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[])`;

const LIST = `
  select topic, partition, incarnation, from_offset as "from", to_offset as "to", cause, found_at_ms as "foundAtMs"
  from offset_gap where cluster_id = $1 and ($2::text is null or (topic = $2 and partition = $3))
  order by found_at_ms desc, incarnation desc, from_offset desc limit $4`;

/** Gaps in PostgreSQL. */
export const createOffsetGapRepository = (database: Queryable): OffsetGapRepository => ({
  insert: async (tx, cluster, gaps) => {
    if (gaps.length === 0) return;
    const column = <K extends keyof OffsetGap>(name: K): readonly OffsetGap[K][] => gaps.map((gap) => gap[name]);
    await tx.query(INSERT, [
      cluster,
      column('topic'),
      column('partition'),
      column('incarnation'),
      column('from'),
      column('to'),
      column('cause'),
      column('foundAtMs'),
    ]);
  },
  list: (cluster, partition, limit = OFFSET_GAPS_MAX) =>
    database.query<OffsetGap>(LIST, [
      cluster,
      partition?.topic ?? null,
      partition?.partition ?? null,
      Math.min(limit, OFFSET_GAPS_MAX),
    ]),
});
