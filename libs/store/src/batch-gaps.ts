import type { Queryable } from './database.js';

/** Sequence numbers that are missing, both ends included. */
export interface SeqGap {
  readonly from: number;
  readonly to: number;
}

interface Boot {
  readonly nodeId: string;
  readonly agentBootId: string;
}

/** What is left of a gap when some of its numbers arrived. */
export const gapWithout = (gap: SeqGap, arrived: readonly number[]): readonly SeqGap[] => {
  const left: SeqGap[] = [];
  let from = gap.from;
  for (const seq of [...new Set(arrived)].toSorted((a, b) => a - b)) {
    if (seq < from || seq > gap.to) continue;
    if (seq > from) left.push({ from, to: seq - 1 });
    from = seq + 1;
  }
  if (from <= gap.to) left.push({ from, to: gap.to });
  return left;
};

/** Names numbers as missing. */
export const openGaps = async (tx: Queryable, boot: Boot, gaps: readonly SeqGap[]): Promise<void> => {
  if (gaps.length === 0) return;
  await tx.query(
    `insert into batch_gap (node_id, agent_boot_id, from_seq, to_seq, cause)
     select $1, $2, from_seq, to_seq, 'sequence' from unnest($3::bigint[], $4::bigint[]) as opened (from_seq, to_seq)
     on conflict (node_id, agent_boot_id, from_seq) do update set to_seq = greatest(batch_gap.to_seq, excluded.to_seq)`,
    [boot.nodeId, boot.agentBootId, gaps.map(({ from }) => from), gaps.map(({ to }) => to)],
  );
};

/** Takes numbers that arrived out of the gaps they fell into. */
export const fillGaps = async (tx: Queryable, boot: Boot, arrived: readonly number[]): Promise<void> => {
  if (arrived.length === 0) return;
  const hit = await tx.query<SeqGap>(
    `delete from batch_gap g where g.node_id = $1 and g.agent_boot_id = $2
       and exists (select 1 from unnest($3::bigint[]) as arrived (seq) where arrived.seq between g.from_seq and g.to_seq)
     returning from_seq as "from", to_seq as "to"`,
    [boot.nodeId, boot.agentBootId, arrived],
  );
  await openGaps(
    tx,
    boot,
    hit.flatMap((gap) => gapWithout(gap, arrived)),
  );
};
