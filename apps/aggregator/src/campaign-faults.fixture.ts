import { setTimeout as wait } from 'node:timers/promises';
import { createLogger, systemClock } from '#runtime';
import { until } from '#testing';
import { AggregatorConsumer } from './aggregator.consumer.js';
import { countLines } from './aggregator-process.fixture.js';
import type { CampaignSite } from './campaign-site.fixture.js';
import { catalogue } from './fleet-history.fixture.js';
import { policyOf } from './tagged.fixture.js';

/** How often each fault is done. */
export interface FaultPlan {
  /** Aggregators that are ended by SIGKILL, sometimes several at once. */
  readonly kills: number;
  /** Aggregators that hang until others have taken their partitions over, and then go on. */
  readonly zombies: number;
  /** Ends of the database server while aggregators commit. */
  readonly postgresCrashes: number;
  readonly brokerKills: number;
  /** The broker does not answer for 15 s. */
  readonly brokerHangs: number;
  /** Another aggregator reads all partitions as well: what a zombie does that never learns of its loss. */
  readonly intrusions: number;
}

/** What was done, and how often a position was found moved: a flush that was refused. */
export interface FaultTally {
  readonly done: Record<keyof FaultPlan, number>;
  refusedToIntruders: number;
}

type Fault = (site: CampaignSite, random: () => number, tally: FaultTally) => Promise<void>;

/** Faults come at any moment of the work between two flushes, of which there is one a second. */
const MOMENT_MS_MAX = 1_000;
/** Longer than a session (10 s) and an append (5 s) wait. */
const HANG_MS = 15_000;
/** Without a broker, appends fail and are repeated: the fleet sees several failures. */
const BROKER_AWAY_MS = 6_000;
/** A bound for what hangs: a session of the dead lapses after 10 s, and a machine may be busy. */
const RECOVERED_MS = 180_000;
/** An intrusion lasts until the intruder, and the aggregators too, were refused so often: each second one of them is the first. */
const REFUSALS = 3;
/** What an aggregator logs when it finds its position moved. */
export const REFUSED = 'a flush was refused';
/** What it logs when it does not know whether a flush took effect. */
export const DOUBTED = 'whether it took effect is asked';
/** Not every crash meets a commit whose answer is lost: five have met none. Where twenty meet none, nothing doubts any more. */
const CRASHES_MAX = 20;

/** Sessions in a transaction that writes what was counted, or commits it. */
const COMMITTING = `
  select pid from pg_stat_activity
  where application_name = 'tocsin server' and xact_start is not null
    and (query = 'commit' or query ilike '%insert into segment %' or query ilike '%insert into node_ledger%')
  limit 1`;

const OUTCOMES = /^telemetry\.outcomes/;

/** Waits until every partition of outcomes was counted further than it is now. */
const untilAdvanced = async ({ positions }: CampaignSite, what: string): Promise<void> => {
  const look = () => positions().catch(() => undefined);
  const before = await until('positions are known', look, RECOVERED_MS);
  const hasAdvanced = async (): Promise<boolean> => {
    const now = await look();
    return [...before].every(([name, offset]) => !OUTCOMES.test(name) || (now?.get(name) ?? 0) > offset);
  };
  await until(`every partition is counted on after ${what}`, hasAdvanced, RECOVERED_MS);
};

const pick = <T>(items: readonly T[], random: () => number): T => items[Math.floor(random() * items.length)]!;

const committingSession = ({ database }: CampaignSite): Promise<number> =>
  until(
    'an aggregator commits',
    async () => (await database.query<{ pid: number }>(COMMITTING).catch(() => []))[0]?.pid,
    RECOVERED_MS,
  );

const moment = (random: () => number): Promise<void> => wait(random() * MOMENT_MS_MAX);

const kill: Fault = async (site, random, tally) => {
  // Of three rounds one finds a commit in progress, and one kills several.
  const isInCommit = random() < 1 / 3;
  const victims = random() < 1 / 3 ? site.aggregators.slice(random() < 0.5 ? 0 : 1) : [pick(site.aggregators, random)];
  if (isInCommit) await committingSession(site);
  else await moment(random);
  await Promise.all(victims.map((victim) => victim.kill()));
  tally.done.kills += victims.length;
  await untilAdvanced(site, 'a kill');
};

const zombie: Fault = async (site, random, tally) => {
  const victim = pick(site.aggregators, random);
  if (random() < 0.5) await committingSession(site);
  else await moment(random);
  victim.freeze();
  await untilAdvanced(site, 'a process hung');
  victim.thaw();
  tally.done.zombies += 1;
  await untilAdvanced(site, 'a process hung and went on');
};

const crashPostgres: Fault = async (site, random, tally) => {
  await moment(random);
  const pid = await committingSession(site);
  await site.killPostgres(random() < 0.5 ? pid : undefined);
  tally.done.postgresCrashes += 1;
  await untilAdvanced(site, 'a crash of Postgres');
};

const killBroker: Fault = async (site, random, tally) => {
  await moment(random);
  await site.broker.kill();
  await wait(BROKER_AWAY_MS);
  await site.broker.restart();
  tally.done.brokerKills += 1;
  await untilAdvanced(site, 'a crash of the broker');
};

const hangBroker: Fault = async (site, random, tally) => {
  await moment(random);
  site.broker.signal('SIGSTOP');
  await wait(HANG_MS);
  site.broker.signal('SIGCONT');
  tally.done.brokerHangs += 1;
  await untilAdvanced(site, 'the broker hung');
};

const intrude: Fault = async ({ log, database, logFile }, _random, tally) => {
  const intruder = new AggregatorConsumer({
    log: { ...log, subscribe: (subscription) => log.subscribe({ ...subscription, group: 'intruder' }) },
    database,
    catalogue,
    keys: policyOf({}),
    clock: systemClock,
    logger: createLogger('silent'),
    onCrash: (error) => {
      throw error;
    },
  });
  const before = await countLines(logFile, REFUSED);
  await intruder.start();
  const areBothRefused = async (): Promise<boolean> =>
    intruder.counters.refused >= REFUSALS && (await countLines(logFile, REFUSED)) - before >= REFUSALS;
  await until('flushes of both are refused', areBothRefused, RECOVERED_MS);
  await intruder.stop();
  tally.refusedToIntruders += intruder.counters.refused;
  tally.done.intrusions += 1;
};

const FAULTS: Readonly<Record<keyof FaultPlan, Fault>> = {
  kills: kill,
  zombies: zombie,
  postgresCrashes: crashPostgres,
  brokerKills: killBroker,
  brokerHangs: hangBroker,
  intrusions: intrude,
};

/**
 * Does every fault of a plan at least as often as it says, in an order of chance; each waits until all goes on again. The server crashes
 * until the answer to a flush was lost: a crash that comes between two commits shows nothing of it.
 */
export const doFaults = async (site: CampaignSite, plan: FaultPlan, random: () => number): Promise<FaultTally> => {
  const kinds = Object.keys(plan) as (keyof FaultPlan)[];
  const zeros = Object.fromEntries(kinds.map((kind) => [kind, 0])) as FaultTally['done'];
  const tally: FaultTally = { done: zeros, refusedToIntruders: 0 };
  await untilAdvanced(site, 'the start');
  for (;;) {
    const open = kinds.flatMap((kind) =>
      Array.from({ length: Math.max(0, plan[kind] - tally.done[kind]) }, () => kind),
    );
    if (open.length === 0) break;
    await FAULTS[pick(open, random)](site, random, tally);
  }
  const isDoubted = async (): Promise<boolean> => (await countLines(site.logFile, DOUBTED)) > 0;
  while (tally.done.postgresCrashes < CRASHES_MAX && !(await isDoubted())) await crashPostgres(site, random, tally);
  return tally;
};
