import type { Queryable } from './database.js';
import { fillGaps, openGaps, type SeqGap } from './batch-gaps.js';

/** What arrived of one start of one agent since the last flush. Counters are added; `lastSeq` and `lastEventUs` only grow. */
export interface LedgerDelta {
  readonly nodeId: string;
  readonly agentBootId: string;
  readonly lastSeq: number;
  readonly batches: number;
  /** Outcomes that are in the segments, late ones included: published = counted + rejected (+ what gaps name). */
  readonly counted: number;
  /** Part of counted: outcomes that came after their slot was closed, so no rule saw them. */
  readonly late: number;
  /** Outcomes that were not counted: from the future, or in a batch that was refused. */
  readonly rejected: number;
  /** Batches that had been counted before. */
  readonly duplicates: number;
  readonly lastEventUs: number;
  /** Sequence numbers found missing. */
  readonly gapsOpened?: readonly SeqGap[];
  /** Numbers that arrived into a gap, in this flush or an earlier one's gap. */
  readonly gapsFilled?: readonly number[];
}

/** What is known of one start of one agent. */
export interface LedgerBoot {
  readonly nodeId: string;
  readonly agentBootId: string;
  readonly lastSeq: number;
  /** Ascending. */
  readonly gaps: readonly SeqGap[];
}

/** What became of all batches of one node, over all starts of its agent. */
export interface LedgerTotals {
  readonly nodeId: string;
  readonly boots: number;
  readonly batches: number;
  readonly counted: number;
  readonly late: number;
  readonly rejected: number;
  readonly duplicates: number;
  /** Batches that never arrived. */
  readonly gap: number;
  readonly lastEventUs: number;
}

/** Most starts one load gives; a fleet of thousands with tens of restarts each. More throws: ask for fewer nodes. */
export const LEDGER_BOOTS_MAX = 100_000;
/** Most nodes one list gives, by name. */
export const LEDGER_NODES_MAX = 20_000;

/** What is known of each node's batches: which were counted, and which are missing. */
export interface NodeLedger {
  /** Of these nodes, or of all. */
  readonly load: (nodeIds?: readonly string[]) => Promise<readonly LedgerBoot[]>;
  /** At most one delta per start of an agent. */
  readonly apply: (tx: Queryable, deltas: readonly LedgerDelta[]) => Promise<void>;
  readonly list: () => Promise<readonly LedgerTotals[]>;
}

const LOAD = `
  select l.node_id as "nodeId", l.agent_boot_id as "agentBootId", l.last_seq as "lastSeq",
    (select coalesce(jsonb_agg(jsonb_build_object('from', g.from_seq, 'to', g.to_seq) order by g.from_seq), '[]')
     from batch_gap g where g.node_id = l.node_id and g.agent_boot_id = l.agent_boot_id) as gaps
  from node_ledger l where $1::text[] is null or l.node_id = any($1)
  order by l.node_id, l.agent_boot_id limit $2`;

// In the order of the key, so that two writers never wait for each other in a circle.
const APPLY = `
  insert into node_ledger as l
    (node_id, agent_boot_id, last_seq, batches, counted, late, rejected, duplicates, last_event_us)
  select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
    $8::bigint[], $9::bigint[])
    as delta (node_id, agent_boot_id, last_seq, batches, counted, late, rejected, duplicates, last_event_us)
  order by node_id, agent_boot_id
  on conflict (node_id, agent_boot_id) do update set
    last_seq = greatest(l.last_seq, excluded.last_seq),
    batches = l.batches + excluded.batches,
    counted = l.counted + excluded.counted,
    late = l.late + excluded.late,
    rejected = l.rejected + excluded.rejected,
    duplicates = l.duplicates + excluded.duplicates,
    last_event_us = greatest(l.last_event_us, excluded.last_event_us)`;

// Sums of bigint are numeric, which pg gives as text.
const LIST = `
  select l.node_id as "nodeId", count(*) as boots, sum(l.batches)::bigint as batches, sum(l.counted)::bigint as counted,
    sum(l.late)::bigint as late, sum(l.rejected)::bigint as rejected, sum(l.duplicates)::bigint as duplicates,
    (select coalesce(sum(g.to_seq - g.from_seq + 1), 0)::bigint from batch_gap g where g.node_id = l.node_id) as gap,
    max(l.last_event_us) as "lastEventUs"
  from node_ledger l group by l.node_id order by l.node_id limit $1`;

const apply = async (tx: Queryable, deltas: readonly LedgerDelta[]): Promise<void> => {
  if (deltas.length === 0) return;
  const column = <K extends keyof LedgerDelta>(name: K): readonly LedgerDelta[K][] =>
    deltas.map((delta) => delta[name]);
  await tx.query(APPLY, [
    column('nodeId'),
    column('agentBootId'),
    column('lastSeq'),
    column('batches'),
    column('counted'),
    column('late'),
    column('rejected'),
    column('duplicates'),
    column('lastEventUs'),
  ]);
  for (const { nodeId, agentBootId, gapsOpened = [], gapsFilled = [] } of deltas) {
    await openGaps(tx, { nodeId, agentBootId }, gapsOpened);
    await fillGaps(tx, { nodeId, agentBootId }, gapsFilled);
  }
};

/** The ledger in PostgreSQL. */
export const createNodeLedger = (database: Queryable): NodeLedger => ({
  load: async (nodeIds) => {
    const boots = await database.query<LedgerBoot>(LOAD, [nodeIds ?? null, LEDGER_BOOTS_MAX + 1]);
    if (boots.length > LEDGER_BOOTS_MAX) throw new Error(`load node ledger: more than ${LEDGER_BOOTS_MAX} starts`);
    return boots;
  },
  apply,
  list: () => database.query<LedgerTotals>(LIST, [LEDGER_NODES_MAX]),
});
