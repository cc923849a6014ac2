import { z } from 'zod';
import { OUTCOMES, releaseName } from '#contracts';
import type { Database } from '#store';
import { type Bench, type BenchOptions, cheapest, type Cost, rateOf } from './bench.js';
import { ownCpuSeconds } from './cpu-time.js';
import { Fleet, type SentBatch } from './fleet.js';
import { openScratchDatabase, type ScratchDatabase } from './scratch-database.js';

const outcomeSchema = z.object({
  nodeId: z.string().max(64),
  pop: z.string().max(64),
  region: z.string().max(64),
  release: z.string().max(128),
  customer: z.string().max(64),
  zone: z.string().max(255),
  atUs: z.number().int().nonnegative(),
  latencyUs: z.number().int().nonnegative(),
  outcome: z.number().int().min(0).max(255),
  qtype: z.number().int().min(0).max(65_535),
  rcode: z.number().int().min(0).max(65_535),
});
type NaiveOutcome = z.output<typeof outcomeSchema>;

/** Batches are all alike: a few suffice, a run of the others' length would take minutes. */
const BATCHES_MAX = 60;

const TABLE = `create table naive_cell (slot bigint, kind text, key text, good bigint, bad bigint, excluded bigint, latency_sum bigint,
  primary key (slot, kind, key))`;
const UPSERT = `
  insert into naive_cell as c
  select * from unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
  on conflict (slot, kind, key) do update set good = c.good + excluded.good, bad = c.bad + excluded.bad,
    excluded = c.excluded + excluded.excluded, latency_sum = c.latency_sum + excluded.latency_sum`;

const CLASS = new Map<number, string>(OUTCOMES.map(({ code, class: kind }) => [code, kind]));
const KEYS = {
  fleet: () => 'fleet',
  node: (outcome: NaiveOutcome) => outcome.nodeId,
  pop: (outcome: NaiveOutcome) => outcome.pop,
  region: (outcome: NaiveOutcome) => outcome.region,
  release_region: (outcome: NaiveOutcome) => `${outcome.release}|${outcome.region}`,
  customer: (outcome: NaiveOutcome) => outcome.customer,
  customer_region: (outcome: NaiveOutcome) => `${outcome.customer}|${outcome.region}`,
  customer_release: (outcome: NaiveOutcome) => `${outcome.customer}|${outcome.release}`,
  zone: (outcome: NaiveOutcome) => outcome.zone,
  zone_release: (outcome: NaiveOutcome) => `${outcome.zone}|${outcome.release}`,
} as const;
type Row = [slot: number, kind: string, key: string, good: number, bad: number, excluded: number, latency: number];

const messagesOf = ({ batch }: SentBatch, customerOf: (zone: string) => string | undefined): readonly string[] =>
  Array.from({ length: batch.n }, (_unused, i) => {
    const zone = batch.zones[batch.zoneIx[i]!]!;
    const { nodeId, pop, region } = batch;
    return JSON.stringify({
      nodeId,
      pop,
      region,
      release: releaseName(batch),
      zone,
      customer: customerOf(zone) ?? 'other',
      atUs: batch.t0Us + batch.dtUs[i]!,
      latencyUs: batch.latencyUs[i],
      outcome: batch.outcome[i],
      qtype: batch.qtype[i],
      rcode: batch.rcode[i],
    });
  });

const countOutcome = (rows: Map<string, Row>, outcome: NaiveOutcome): void => {
  const slot = Math.floor(outcome.atUs / 1e6);
  const kind = CLASS.get(outcome.outcome);
  for (const [family, keyOf] of Object.entries(KEYS)) {
    const key = keyOf(outcome);
    const id = `${slot} ${family} ${key}`;
    const row = rows.get(id) ?? [slot, family, key, 0, 0, 0, 0];
    row[kind === 'good' ? 3 : kind === 'bad' ? 4 : 5] += 1;
    row[6] += outcome.latencyUs;
    rows.set(id, row);
  }
};

const upsertBatch = async (database: Database, messages: readonly string[]): Promise<void> => {
  const rows = new Map<string, Row>();
  for (const message of messages) countOutcome(rows, outcomeSchema.parse(JSON.parse(message)));
  const columns = Array.from({ length: 7 }, (_unused, column) => [...rows.values()].map((row) => row[column]));
  await database.query(UPSERT, columns);
};

const NOTE =
  'JSON per outcome, zod per outcome, one multi-row upsert of sums per batch into a row per cell; no histograms';

const measure = async (
  { database, cpuSeconds }: ScratchDatabase,
  batches: readonly (readonly string[])[],
): Promise<Cost> => {
  await database.query('truncate naive_cell');
  const [before, serverBefore] = [ownCpuSeconds(), cpuSeconds()];
  for (const messages of batches) await upsertBatch(database, messages);
  const node = ownCpuSeconds() - before;
  const outcomes = batches.reduce((sum, { length }) => sum + length, 0);
  const postgres = serverBefore === undefined ? undefined : (cpuSeconds() ?? serverBefore) - serverBefore;
  return { name: 'naive', outcomes, cpuSeconds: postgres === undefined ? { node } : { node, postgres }, note: NOTE };
};

const run = async ({ fleet: size, runs }: BenchOptions) => {
  const fleet = new Fleet(size);
  const sent = [...fleet.batches(0, 'dictionary')].slice(0, BATCHES_MAX);
  const batches = sent.map((one) => messagesOf(one, fleet.catalogue.customerOf));
  const scratch = await openScratchDatabase();
  try {
    await scratch.database.query(TABLE);
    const cost = await cheapest(runs, () => measure(scratch, batches));
    return { costs: [cost], json: { naive: rateOf(cost) } };
  } finally {
    await scratch.close();
  }
};

/** What an ordinary design would do with the same outcomes: the baseline that the other figures are compared with. */
export const naiveBench: Bench = { name: 'naive', run };
