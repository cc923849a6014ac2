import { asked, counterOf, type Meters } from '#runtime';
import type { LedgerSums, NodeLedger } from '#store';
import type { AggregatorCounters } from './aggregator-counters.js';

type Counted = readonly [name: `${string}_total`, help: string];

const COUNTED: Readonly<Record<keyof AggregatorCounters, Counted>> = {
  records: ['tocsin_aggregator_records_total', 'Records of telemetry that were folded.'],
  ticks: ['tocsin_aggregator_ticks_total', 'Ticks that were told to the rules.'],
  flushes: ['tocsin_aggregator_flushes_total', 'Flushes that were written to PostgreSQL.'],
  flushesInDoubt: [
    'tocsin_aggregator_flushes_in_doubt_total',
    'Flushes of which it was unknown whether they took effect.',
  ],
  refused: ['tocsin_aggregator_flushes_refused_total', 'Flushes that found the position moved by another process.'],
  loads: ['tocsin_aggregator_partition_loads_total', 'Times that a partition was loaded from PostgreSQL.'],
  deadLetters: [
    'tocsin_aggregator_dead_letters_total',
    'Records that could not be read, and were kept as dead letters.',
  ],
  lostOffsets: ['tocsin_aggregator_lost_offsets_total', 'Offsets that were gone before they were counted.'],
  reincarnations: [
    'tocsin_aggregator_topics_recreated_total',
    'Topics that were found shorter than what was counted of them.',
  ],
  zonesUnknown: ['tocsin_aggregator_zones_unknown_total', 'Look-ups of zone ids that this process does not know.'],
  otherZones: ['tocsin_aggregator_zones_other_total', 'Zones without a row of their own in a full slot.'],
  duplicates: ['tocsin_aggregator_duplicate_batches_total', 'Batches that were counted before, and not again.'],
};

const OUTCOMES = counterOf(
  'tocsin_outcomes_total',
  'Outcomes by what became of them, as the database has it: the same in every process.',
  ['result'],
  3,
);
const BATCHES = counterOf(
  'tocsin_batches_total',
  'Batches by what became of them, as the database has it: the same in every process.',
  ['result'],
  3,
);

const readingsOf = (sums: Readonly<Record<string, number>>) =>
  Object.entries(sums).map(([result, value]) => ({ labels: { result }, value }));

const outcomesOf = ({ counted, late, rejected }: LedgerSums) => readingsOf({ counted, late, rejected });
const batchesOf = ({ batches, unreadable, duplicates }: LedgerSums) =>
  readingsOf({ counted: batches, unreadable, duplicate: duplicates });

/** Adds what the aggregator counts, and what the ledger of all nodes says. */
export const meterAggregator = (
  meters: Meters,
  counters: AggregatorCounters,
  ledger: Pick<NodeLedger, 'sums'>,
): void => {
  for (const [counter, [name, help]] of Object.entries(COUNTED) as [keyof AggregatorCounters, Counted][])
    meters.add(counterOf(name, help), () => counters[counter]);
  const sums = asked(ledger.sums);
  meters.add(OUTCOMES, async () => outcomesOf(await sums()));
  meters.add(BATCHES, async () => batchesOf(await sums()));
};
