import { randomInt } from 'node:crypto';
import type { OutcomeBatch } from '#contracts';
import { createNodeLedger, type LedgerTotals } from '#store';
import { kafkaObstacle, seedOf, until } from '#testing';
import { countLines } from './aggregator-process.fixture.js';
import { doFaults, DOUBTED, type FaultPlan, REFUSED } from './campaign-faults.fixture.js';
import { startCampaignFleet } from './campaign-fleet.fixture.js';
import { type CampaignSite, openCampaignSite } from './campaign-site.fixture.js';
import { catalogue, createRandom } from './fleet-history.fixture.js';
import { type PlainCells, recount, storedCells } from './recount.fixture.js';

/** What a campaign found. */
export interface CampaignResult {
  readonly done: Record<keyof FaultPlan, number>;
  readonly batches: number;
  readonly outcomes: number;
  /** Records of the log that hold a batch once more, and how many of them the ledger booked. */
  readonly repeats: number;
  readonly duplicates: number;
  readonly failedAppends: number;
  /** Of the repeats, those that the fleet wanted; the others are what appends left that seemed to fail. */
  readonly wantedRepeats: number;
  /** Flushes that found their position moved, by whose they were. */
  readonly refusedToAggregators: number;
  readonly refusedToIntruders: number;
  /** Flushes of which it had to be asked whether they took effect. */
  readonly flushesInDoubt: number;
  /** Times that a process ended by itself, since something that it needs was away as it started. */
  readonly failedStarts: number;
  readonly cells: number;
  /** Cells that are not what the recount says, and the first of them. */
  readonly wrongCells: number;
  readonly firstWrong: readonly string[];
  /** Nodes whose ledger is not: published = counted + late, nothing rejected, unreadable or missing. */
  readonly wrongNodes: readonly LedgerTotals[];
  readonly deadLetters: number;
  /** Lines that say that records were lost, or a topic was made anew. */
  readonly losses: number;
  readonly seconds: number;
}

/** A bound for what hangs. */
const CAUGHT_UP_MS = 180_000;
/** Shown of what is wrong: the first tell what kind it is. */
const WRONG_SHOWN = 10;

/** What the log took. */
class Published {
  batches = 0;
  outcomes = 0;
  readonly cells: PlainCells = {};
  readonly outcomesOf = new Map<string, number>();

  add(batch: OutcomeBatch): void {
    this.batches += 1;
    this.outcomes += batch.n;
    this.outcomesOf.set(batch.nodeId, (this.outcomesOf.get(batch.nodeId) ?? 0) + batch.n);
    recount([batch], catalogue.customerOf, this.cells);
  }
}

const differences = (expected: PlainCells, found: PlainCells): readonly string[] =>
  [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    .filter((key) => JSON.stringify(expected[key]) !== JSON.stringify(found[key]))
    .map((key) => `${key}: ${JSON.stringify(expected[key])} is ${JSON.stringify(found[key])}`);

const isWrong = (node: LedgerTotals, published: number): boolean =>
  node.published !== published ||
  node.counted + node.late !== published ||
  [node.rejected, node.gap, node.gapBatches, node.unreadable, node.difference].some((count) => count !== 0);

const untilCaughtUp = async ({ positions, ends }: CampaignSite): Promise<ReadonlyMap<string, number>> => {
  const high = await ends();
  const isThere = async (): Promise<boolean> => {
    const now = await positions();
    return [...high].every(([name, end]) => now.get(name) === end);
  };
  await until('everything in the log is counted', isThere, CAUGHT_UP_MS);
  return high;
};

const compare = async (site: CampaignSite, published: Published, records: number) => {
  const wrong = differences(published.cells, await storedCells(site.database));
  const ledger = await createNodeLedger(site.database).list();
  const losses = await Promise.all(
    ['records were lost', 'the topic is shorter'].map((words) => countLines(site.logFile, words)),
  );
  const letters = await site.log.offsets('telemetry.dead-letter');
  return {
    batches: published.batches,
    outcomes: published.outcomes,
    repeats: records - published.batches,
    duplicates: ledger.reduce((sum, { duplicates }) => sum + duplicates, 0),
    cells: Object.keys(published.cells).length,
    wrongCells: wrong.length,
    firstWrong: wrong.slice(0, WRONG_SHOWN),
    wrongNodes: [
      ...ledger.filter((node) => isWrong(node, published.outcomesOf.get(node.nodeId) ?? 0)),
      ...(ledger.length === published.outcomesOf.size ? [] : ledger),
    ].slice(0, WRONG_SHOWN),
    deadLetters: letters.reduce((sum, { high }) => sum + high, 0),
    losses: losses.reduce((sum, count) => sum + count, 0),
  };
};

const underFaults = async (site: CampaignSite, plan: FaultPlan, seed: number, published: Published) => {
  const fleet = startCampaignFleet({ log: site.log, seed, onTaken: (batch) => published.add(batch) });
  try {
    const tally = await doFaults(site, plan, createRandom(seed));
    await fleet.stop();
    return { ...tally, failedAppends: fleet.failures(), wantedRepeats: fleet.repeated() };
  } finally {
    fleet.abandon();
  }
};

const play = async (site: CampaignSite, plan: FaultPlan, seed: number): Promise<Omit<CampaignResult, 'seconds'>> => {
  const published = new Published();
  const tally = await underFaults(site, plan, seed, published);
  const ends = await untilCaughtUp(site);
  const records = [...ends.values()].reduce((sum, end) => sum + end, 0);
  return {
    ...tally,
    ...(await compare(site, published, records)),
    refusedToAggregators: await countLines(site.logFile, REFUSED),
    flushesInDoubt: await countLines(site.logFile, DOUBTED),
    failedStarts: site.aggregators.reduce((sum, one) => sum + one.failures(), 0),
  };
};

/**
 * Three aggregators count what a fleet publishes while faults are done to all of them; then every cell is counted again. Prints the
 * seed of the moments of chance (SEED sets it; what the machine makes of them differs each time) and one table.
 */
export const playCampaign = async (plan: FaultPlan): Promise<CampaignResult> => {
  const seed = seedOf('SEED') ?? randomInt(1_000_000);
  const startedAtMs = performance.now();
  const site = await openCampaignSite();
  try {
    const result = {
      ...(await play(site, plan, seed)),
      seconds: Math.round((performance.now() - startedAtMs) / 1_000),
    };
    const { done, firstWrong: _shown, wrongNodes, ...figures } = result;
    console.table({ seed, ...done, ...figures, wrongNodes: wrongNodes.length });
    return result;
  } finally {
    await site.close();
  }
};

/** What an exact campaign says. */
export const EXACT = { wrongCells: 0, firstWrong: [], wrongNodes: [], deadLetters: 0, losses: 0 };

/** Every fault was done, and met what it is for: flushes were refused to both sides, were in doubt, and batches came twice. */
export const expectFaults = (result: CampaignResult, plan: FaultPlan): void => {
  for (const kind of Object.keys(plan) as (keyof FaultPlan)[])
    expect(result.done[kind]).toBeGreaterThanOrEqual(plan[kind]);
  const { refusedToAggregators, refusedToIntruders, flushesInDoubt, repeats } = result;
  for (const count of [refusedToAggregators, refusedToIntruders, flushesInDoubt, repeats])
    expect(count).toBeGreaterThan(0);
};

const obstacle = await kafkaObstacle();

/** A suite with a broker of its own; skipped, with the reason in its title, where none can be started. */
export const describeCampaign = (name: string, suite: () => void): void => {
  if (obstacle === undefined) describe(name, suite);
  else describe.skip(`${name}: skipped, ${obstacle} here`, suite);
};
