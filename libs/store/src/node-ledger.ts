import type { LedgerBoot, LedgerDelta } from '#domain';
import { changeGaps } from './batch-gaps.js';
import type { Queryable } from './database.js';

/** What became of all outcomes of one node, over all starts of its agent. */
export interface LedgerTotals {
  readonly nodeId: string;
  readonly boots: number;
  readonly batches: number;
  /** null: a start of its agent does not say how much it published; then only the gaps in batches are known. */
  readonly published: number | null;
  readonly counted: number;
  readonly late: number;
  readonly rejected: number;
  /** Outcomes of batches that never arrived; null when one of them has an unknown size. */
  readonly gap: number | null;
  /** published − counted − late − rejected − gap: 0 unless somebody counted or said something wrong; null when one is unknown. */
  readonly difference: number | null;
  /** Batches that never arrived. */
  readonly gapBatches: number;
  readonly unreadable: number;
  readonly duplicates: number;
  readonly lastEventUs: number;
}

/** Most starts one load gives: hundreds of restarts within a week of every node of a partition. More throws. */
export const LEDGER_BOOTS_MAX = 100_000;
/** Most nodes one list gives, by name. */
export const LEDGER_NODES_MAX = 20_000;
/** A boot of which nothing came for longer is not loaded: the log keeps telemetry for 7 d, so nothing older can be read again. */
const BOOT_KEPT_MS = 8 * 86_400_000;

/** What is known of each node's batches: which were counted, and which are missing. */
export interface NodeLedger {
  /** Every node of which anything ever came. */
  readonly nodeIds: () => Promise<readonly string[]>;
  /** Of these nodes, or of all. Boots that were silent for 8 days before the newest batch of anybody are left out. */
  readonly load: (nodeIds?: readonly string[]) => Promise<readonly LedgerBoot[]>;
  /** At most one delta per start of an agent. */
  readonly apply: (tx: Queryable, deltas: readonly LedgerDelta[]) => Promise<void>;
  /** Of these nodes, or of all. */
  readonly list: (nodeIds?: readonly string[]) => Promise<readonly LedgerTotals[]>;
  /** Of all nodes together. */
  readonly sums: () => Promise<LedgerSums>;
}

/** What became of everything that ever came; outcomes are counted, late or rejected, batches counted, unreadable or known already. */
export interface LedgerSums {
  readonly batches: number;
  readonly counted: number;
  readonly late: number;
  readonly rejected: number;
  readonly unreadable: number;
  readonly duplicates: number;
}

const NOTHING_SUMMED: LedgerSums = { batches: 0, counted: 0, late: 0, rejected: 0, unreadable: 0, duplicates: 0 };
const SUMS = `
  select ${Object.keys(NOTHING_SUMMED)
    .map((column) => `coalesce(sum(${column}), 0)::bigint as ${column}`)
    .join(', ')} from node_ledger`;

const LOAD = `
  select l.node_id as "nodeId", l.agent_boot_id as "agentBootId", l.last_seq as "lastSeq", l.published,
    (select coalesce(jsonb_agg(jsonb_build_object('from', g.from_seq, 'to', g.to_seq, 'publishedBefore', g.published_before,
       'publishedAfter', g.published_after, 'openedAtMs', g.opened_at_ms) order by g.from_seq), '[]')
     from batch_gap g where g.node_id = l.node_id and g.agent_boot_id = l.agent_boot_id) as gaps
  from node_ledger l where ($1::text[] is null or l.node_id = any($1))
    and l.last_seen_ms > (select max(last_seen_ms) from node_ledger) - $3::bigint
  order by l.node_id, l.agent_boot_id limit $2`;

// In the order of the key, so that two writers never wait for each other in a circle.
const APPLY = `
  insert into node_ledger as l (node_id, agent_boot_id, last_seq, published, last_seen_ms, batches, counted, late, rejected,
    unreadable, duplicates, last_event_us)
  select * from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
    $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[])
    as delta (node_id, agent_boot_id, last_seq, published, last_seen_ms, batches, counted, late, rejected, unreadable,
      duplicates, last_event_us)
  order by node_id, agent_boot_id
  on conflict (node_id, agent_boot_id) do update set
    published = case when excluded.last_seq >= l.last_seq then excluded.published else l.published end,
    last_seq = greatest(l.last_seq, excluded.last_seq),
    last_seen_ms = greatest(l.last_seen_ms, excluded.last_seen_ms),
    batches = l.batches + excluded.batches,
    counted = l.counted + excluded.counted,
    late = l.late + excluded.late,
    rejected = l.rejected + excluded.rejected,
    unreadable = l.unreadable + excluded.unreadable,
    duplicates = l.duplicates + excluded.duplicates,
    last_event_us = greatest(l.last_event_us, excluded.last_event_us)`;

// Sums of bigint are numeric, which pg gives as text. A sum with an unknown part is unknown: null.
const LIST = `
  select *, (published - counted - late - rejected - gap) as difference from (
    select l.node_id as "nodeId", count(*) as boots, sum(l.batches)::bigint as batches,
      case when bool_or(l.last_seq > 0 and l.published = 0) then null else sum(l.published)::bigint end as published,
      sum(l.counted)::bigint as counted, sum(l.late)::bigint as late, sum(l.rejected)::bigint as rejected,
      sum(l.unreadable)::bigint as unreadable, sum(l.duplicates)::bigint as duplicates,
      (select case when bool_or(g.outcomes is null) then null else coalesce(sum(g.outcomes), 0)::bigint end
       from batch_gap g where g.node_id = l.node_id) as gap,
      (select coalesce(sum(g.to_seq - g.from_seq + 1), 0)::bigint from batch_gap g where g.node_id = l.node_id)
        as "gapBatches",
      max(l.last_event_us) as "lastEventUs"
    from node_ledger l where ($2::text[] is null or l.node_id = any($2))
    group by l.node_id order by l.node_id limit $1) as totals`;

/** In the order of the statement's parameters. */
const NUMBER_COLUMNS = [
  'lastSeq',
  'published',
  'lastSeenMs',
  'batches',
  'counted',
  'late',
  'rejected',
  'unreadable',
  'duplicates',
  'lastEventUs',
] as const;
type NumberColumn = (typeof NUMBER_COLUMNS)[number];

const apply = async (tx: Queryable, deltas: readonly LedgerDelta[]): Promise<void> => {
  if (deltas.length === 0) return;
  // pg escapes each element of an array: 2 ms for ten columns of a thousand nodes, next to nothing as text.
  const numbers = (name: NumberColumn): string => `{${deltas.map((delta) => delta[name]).join(',')}}`;
  await tx.query(APPLY, [
    deltas.map(({ nodeId }) => nodeId),
    deltas.map(({ agentBootId }) => agentBootId),
    ...NUMBER_COLUMNS.map(numbers),
  ]);
  await changeGaps(tx, deltas);
};

/** The ledger in PostgreSQL. */
export const createNodeLedger = (database: Queryable): NodeLedger => ({
  nodeIds: async () =>
    (await database.query<{ nodeId: string }>('select distinct node_id as "nodeId" from node_ledger')).map(
      ({ nodeId }) => nodeId,
    ),
  load: async (nodeIds) => {
    const boots = await database.query<LedgerBoot>(LOAD, [nodeIds ?? null, LEDGER_BOOTS_MAX + 1, BOOT_KEPT_MS]);
    if (boots.length > LEDGER_BOOTS_MAX) throw new Error(`load node ledger: more than ${LEDGER_BOOTS_MAX} starts`);
    return boots;
  },
  apply,
  list: (nodeIds) => database.query<LedgerTotals>(LIST, [LEDGER_NODES_MAX, nodeIds ?? null]),
  sums: async () => (await database.query<LedgerSums>(SUMS))[0] ?? NOTHING_SUMMED,
});
