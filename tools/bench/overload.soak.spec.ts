import { kafkaObstacle, until } from '#testing';
import { startAgents } from './agents.js';
import { type BrokerSite, openBrokerSite } from './broker-site.js';
import type { FleetSize } from './fleet.js';

const FLEET: FleetSize = { nodes: 500, customers: 10_000, zones: 50_000, outcomes: 1_000 };
const PARTITIONS = 12;
/** A normal load of 50,000 outcomes a second, ten times that for a minute, and the normal load again. */
const PHASES = [
  { seconds: 20, nodes: 50 },
  { seconds: 60, nodes: 500 },
  { seconds: 20, nodes: 50 },
];
const BATCHES = PHASES.reduce((sum, { seconds, nodes }) => sum + seconds * nodes, 0);
/**
 * Memory that a process may take, MB. Open slots, tables and key spaces of 10,000 customers stand once per partition, and one process has
 * all twelve here: 0.6 GB at the normal load, 1.8 GB at ten times of it, where it stays; what is beyond waits in the broker.
 */
const RSS_MB_MAX = 2_560;
const BOUND_MS = 600_000;

interface Look {
  readonly lag: number;
  readonly rssMb: Readonly<Record<string, number>>;
}

const look = async ({ processes, lag }: BrokerSite): Promise<Look> => {
  const sizes = await Promise.all(processes.map(async ({ name, rssMb }) => [name, await rssMb()] as const));
  return { lag: await lag(), rssMb: Object.fromEntries(sizes) };
};

/** Looks once a second, as the agents say their seconds, until they have ended and nothing lags. */
const watch = async (site: BrokerSite, agents: ReturnType<typeof startAgents>): Promise<readonly Look[]> => {
  const looks: Look[] = [];
  let isOver = false;
  const ended = agents.ended.then(() => (isOver = true));
  for (let seen = 0; !isOver;) {
    await until('another second', () => isOver || agents.lines().length > seen, BOUND_MS);
    seen = agents.lines().length;
    looks.push(await look(site));
  }
  await ended;
  await until('nothing lags', async () => (await site.lag()) === 0, BOUND_MS);
  looks.push(await look(site));
  return looks;
};

const counted = async ({ database }: BrokerSite): Promise<Readonly<Record<string, unknown>> | undefined> => {
  const [row] = await database.query<Record<string, unknown>>(
    `select sum(batches)::int as batches, sum(counted + late)::int as outcomes, sum(late)::int as late,
       sum(rejected)::int as rejected, sum(duplicates)::int as duplicates from node_ledger`,
  );
  return row;
};

const obstacle = await kafkaObstacle();
const suite = obstacle === undefined ? describe : describe.skip;
suite(`an overload of ten times, on Kafka${obstacle === undefined ? '' : `: skipped, ${obstacle} here`}`, () => {
  it('for a minute: memory stays bounded, everything is counted, and nobody has to start anything again', async () => {
    const site = await openBrokerSite(FLEET, PARTITIONS);
    try {
      const agents = startAgents({ url: site.broker.url, fleet: FLEET, seconds: 0, phases: PHASES });
      const looks = await watch(site, agents);
      const peak = (name: string): number => Math.max(...looks.map(({ rssMb }) => rssMb[name] ?? 0));
      const ledger = await counted(site);
      console.table({
        batchesSent: BATCHES,
        ...ledger,
        lagMax: Math.max(...looks.map(({ lag }) => lag)),
        behindMsMax: Math.max(...agents.lines().map(({ behindMs = 0 }) => behindMs)),
        aggregatorRssMb: peak('aggregator'),
        rulesRssMb: peak('rules'),
      });
      expect(ledger).toMatchObject({ batches: BATCHES, rejected: 0, outcomes: BATCHES * FLEET.outcomes });
      expect(site.processes.map(({ isRunning }) => isRunning())).toEqual([true, true]);
      expect(peak('aggregator')).toBeLessThan(RSS_MB_MAX);
      expect(peak('rules')).toBeLessThan(RSS_MB_MAX);
    } finally {
      await site.close();
    }
  });
});
