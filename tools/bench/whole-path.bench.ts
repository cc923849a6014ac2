import type { EventLog, LogRecord } from '#event-log';
import { decodeOwnBlock, encodeTick } from '#domain';
import { systemClock } from '#runtime';
import { createPartitionRepository, type PartitionRepository } from '../../apps/aggregator/src/partition.repository.js';
import { PartitionState } from '../../apps/aggregator/src/partition-state.js';
import { type Bench, type BenchOptions, cheapest, type Cost, rateOf } from './bench.js';
import { ownCpuSeconds } from './cpu-time.js';
import { Fleet, type ZoneForm } from './fleet.js';
import { KEY_POLICY } from './node-keys.js';
import { recordsOf } from './record-source.js';
import { openScratchDatabase, type ScratchDatabase } from './scratch-database.js';

/** A log without records: the position is at its beginning. Every run has a cluster, and so positions, of its own. */
const emptyLog = (clusterId: string) =>
  ({
    clusterId,
    offsets: async (topic) => [{ topic, partition: 0, low: 0, high: Number.MAX_SAFE_INTEGER }],
    read: async () => [],
  }) satisfies Pick<EventLog, 'clusterId' | 'offsets' | 'read'> as unknown as EventLog;

/** What an aggregator's worker does with the records of a second, but for the log's own work. */
const work = async (
  state: PartitionState,
  records: readonly LogRecord[],
  repository: PartitionRepository,
): Promise<void> => {
  for (const record of records) {
    for (const tick of state.closeBefore(record.appendedAtMs)) encodeTick(tick);
    if (state.add(record) !== undefined) throw new Error('bench: a record was not readable');
  }
  for (const tick of state.passTo(records.at(-1)!.appendedAtMs + 1_000)) encodeTick(tick);
  const flush = state.takeFlush();
  if (flush === undefined || !(await repository.write(flush))) throw new Error('bench: a flush was refused');
};

const NOTE = 'HMAC, decode, ledger, fold, ticks, packed segments to PostgreSQL each second';

const measure = async (
  { database, cpuSeconds }: ScratchDatabase,
  fleet: Fleet,
  zones: ZoneForm,
  { seconds }: BenchOptions,
): Promise<Cost & { rssMb: number }> => {
  await database.query('truncate segment, node_ledger, ingest_position');
  const repository = createPartitionRepository({ database, log: emptyLog(`bench ${zones}`), clock: systemClock });
  const { snapshot } = await repository.load({ topic: 'telemetry.outcomes', partition: 0 });
  const state = new PartitionState(snapshot, fleet.catalogue, KEY_POLICY);
  let serverBefore = cpuSeconds();
  let [node, rssMb] = [0, 0];
  // In a first second arrays get their size, once in the life of a process: it does not count.
  for (let second = 0; second <= seconds; second += 1) {
    const records = recordsOf(fleet, second, { zones, encoding: 'protobuf' });
    const before = ownCpuSeconds();
    await work(state, records, repository);
    if (second > 0) node += ownCpuSeconds() - before;
    else serverBefore = cpuSeconds();
    rssMb = Math.max(rssMb, Math.round(process.memoryUsage.rss() / 2 ** 20));
  }
  const postgres = serverBefore === undefined ? undefined : (cpuSeconds() ?? serverBefore) - serverBefore;
  const name = zones === 'ids' ? 'wholePath' : 'wholePathDictionary';
  const outcomes = seconds * fleet.size.nodes * fleet.size.outcomes;
  if (postgres === undefined) return { name, outcomes, cpuSeconds: { node }, note: `${NOTE}; without its CPU`, rssMb };
  return { name, outcomes, cpuSeconds: { node, postgres }, note: NOTE, rssMb };
};

/** Bytes per cell in Postgres, and cells per outcome, of the last run. */
const segmentFigures = async ({ database }: ScratchDatabase) => {
  const rows = await database.query<{ body: Buffer }>('select body from segment');
  const bytes = rows.reduce((sum, { body }) => sum + body.length, 0);
  const cells = rows.reduce(
    (sum, { body }) => sum + [...decodeOwnBlock(body).values()].reduce((all, { size }) => all + size, 0),
    0,
  );
  return { segmentBytesPerCell: Math.round((bytes * 10) / cells) / 10, cells };
};

const run = async (options: BenchOptions) => {
  const fleet = new Fleet(options.fleet);
  const scratch = await openScratchDatabase();
  try {
    let rssMb = 0;
    const costs: Cost[] = [];
    for (const zones of ['dictionary', 'ids'] as const)
      costs.push(
        await cheapest(options.runs, async () => {
          const { rssMb: peak, ...cost } = await measure(scratch, fleet, zones, options);
          rssMb = Math.max(rssMb, peak);
          return cost;
        }),
      );
    const { segmentBytesPerCell, cells } = await segmentFigures(scratch);
    const rates = Object.fromEntries(costs.map((cost) => [cost.name, rateOf(cost)]));
    const cellsPerOutcome = Math.round((1_000 * cells) / (costs[0]!.outcomes * (1 + 1 / options.seconds))) / 1_000;
    return { costs, json: { ...rates, segmentBytesPerCell, cellsPerOutcome, rssMb } };
  } finally {
    await scratch.close();
  }
};

/** From the bytes of records to rows in PostgreSQL, through the aggregator's own parts. */
export const wholePathBench: Bench = { name: 'whole-path', run };
