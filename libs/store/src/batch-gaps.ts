import type { Queryable } from './database.js';

/** Batches of one boot that have not arrived: sequence numbers, both ends included. */
export interface SeqGap {
  readonly from: number;
  readonly to: number;
  /** Outcomes that the boot had published before the gap, as it says itself; null = it does not say. */
  readonly publishedBefore: number | null;
  /** Outcomes that it had published up to the end of the gap. The gap holds the difference. */
  readonly publishedAfter: number | null;
  /** Append time of the batch that showed the gap. */
  readonly openedAtMs: number;
}

/** What a flush changes about the gaps of one boot. */
export interface GapChange {
  readonly nodeId: string;
  readonly agentBootId: string;
  /** First numbers of stored gaps that are filled, or replaced by what is left of them. */
  readonly gapsClosed: readonly number[];
  readonly gapsOpened: readonly SeqGap[];
}

const DELETE = `
  delete from batch_gap g using unnest($1::text[], $2::text[], $3::bigint[]) as closed (node_id, agent_boot_id, from_seq)
  where g.node_id = closed.node_id and g.agent_boot_id = closed.agent_boot_id and g.from_seq = closed.from_seq`;

const INSERT = `
  insert into batch_gap (node_id, agent_boot_id, from_seq, to_seq, published_before, published_after, opened_at_ms)
  select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])`;

/** Closes and opens gaps. A gap that is open already fails: it would be named twice. */
export const changeGaps = async (tx: Queryable, changes: readonly GapChange[]): Promise<void> => {
  const closed = changes.flatMap((boot) => boot.gapsClosed.map((from) => ({ ...boot, from })));
  const opened = changes.flatMap((boot) => boot.gapsOpened.map((gap) => ({ ...boot, ...gap })));
  if (closed.length > 0) {
    await tx.query(DELETE, [
      closed.map(({ nodeId }) => nodeId),
      closed.map(({ agentBootId }) => agentBootId),
      closed.map(({ from }) => from),
    ]);
  }
  if (opened.length === 0) return;
  await tx.query(INSERT, [
    opened.map(({ nodeId }) => nodeId),
    opened.map(({ agentBootId }) => agentBootId),
    opened.map(({ from }) => from),
    opened.map(({ to }) => to),
    opened.map(({ publishedBefore }) => publishedBefore),
    opened.map(({ publishedAfter }) => publishedAfter),
    opened.map(({ openedAtMs }) => openedAtMs),
  ]);
};
