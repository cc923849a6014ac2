import { kafkaObstacle, until } from '#testing';
import { startAgents } from './agents.js';
import type { Bench, BenchOptions, BenchResult, Cost } from './bench.js';
import { type BrokerSite, openBrokerSite } from './broker-site.js';
import { processCpuSeconds, serverCpuSeconds } from './cpu-time.js';

/** As many as the default on Kafka. */
const PARTITIONS = 12;
/** Every process shares the cores of this machine: minutes, not seconds, when they are few and busy. */
const BOUND_MS = 300_000;

const cpuOf = ({ broker, processes, backendPid }: BrokerSite): Readonly<Record<string, number>> => ({
  broker: processCpuSeconds(broker.pid() ?? -1),
  ...Object.fromEntries(processes.map(({ name, pid }) => [name, processCpuSeconds(pid)])),
  postgres: serverCpuSeconds(backendPid) ?? 0,
});

const sharesOf = (cpuSeconds: Readonly<Record<string, number>>): Readonly<Record<string, number>> => {
  const all = Object.values(cpuSeconds).reduce((sum, seconds) => sum + seconds, 0);
  return Object.fromEntries(
    Object.entries(cpuSeconds).map(([who, seconds]) => [who, Math.round((100 * seconds) / all)]),
  );
};

const measure = async (site: BrokerSite, { fleet, seconds }: BenchOptions): Promise<BenchResult> => {
  const agents = startAgents({ url: site.broker.url, fleet, seconds });
  await until('the agents are ready', () => agents.lines().some(({ ready }) => ready !== undefined), BOUND_MS);
  const before = cpuOf(site);
  const startMs = performance.now();
  agents.go();
  await agents.ended;
  const sentMs = performance.now() - startMs;
  await until('everything is counted', async () => (await site.lag()) === 0, BOUND_MS);
  const wallMs = performance.now() - startMs;
  const after = cpuOf(site);
  const spent = Object.fromEntries(Object.keys(after).map((who) => [who, after[who]! - before[who]!]));
  const cpuSeconds = {
    agents: agents.lines().find((line) => line.cpuSeconds !== undefined)?.cpuSeconds ?? 0,
    ...spent,
  };
  const outcomes = seconds * fleet.nodes * fleet.outcomes;
  const note = `agents, Apache Kafka, aggregator, rules and PostgreSQL on this machine, ${PARTITIONS} partitions, zone ids`;
  const cost: Cost = { name: 'throughBroker', outcomes, cpuSeconds, note };
  const figures = {
    outcomesPerSecond: Math.round((outcomes * 1_000) / wallMs),
    outcomesPerCpuSecond: Math.round(outcomes / Object.values(cpuSeconds).reduce((sum, each) => sum + each, 0)),
    sentInMs: Math.round(sentMs),
    countedInMs: Math.round(wallMs),
    cpuSharePercent: sharesOf(cpuSeconds),
  };
  return { costs: [cost], json: { throughBroker: figures } };
};

const run = async (options: BenchOptions): Promise<BenchResult> => {
  const obstacle = await kafkaObstacle();
  if (obstacle !== undefined) return { costs: [], json: { throughBroker: `not measured: ${obstacle}` } };
  const site = await openBrokerSite(options.fleet, PARTITIONS);
  try {
    await until('the aggregator has loaded every position', async () => (await loaded(site)) >= PARTITIONS, BOUND_MS);
    return await measure(site, options);
  } finally {
    await site.close();
  }
};

const loaded = async ({ database }: BrokerSite): Promise<number> => {
  const [row] = await database.query<{ partitions: number }>(
    `select count(*)::int as partitions from ingest_position where consumer = 'aggregator' and topic = 'telemetry.outcomes'`,
  );
  return row?.partitions ?? 0;
};

/** End to end on one machine, through a real broker: what a second of outcomes costs, and whom. */
export const brokerBench: Bench = { name: 'broker', run };
