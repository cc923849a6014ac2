import { event, streamOf } from '#contracts';
import { createEventStore, verifyChains } from '#store';
import { type Bench, type BenchOptions, cheapest, type Cost } from './bench.js';
import { ownCpuSeconds } from './cpu-time.js';
import { openScratchDatabase, type ScratchDatabase } from './scratch-database.js';

/**
 * Events that are verified: a third of the million that is spoken of, so that a bench takes a minute; each costs the same, and the thread that
 * begins once for all of them is told three times too dear.
 */
const EVENTS = 300_000;
const MILLION = 1_000_000;
/** Events of one append, and of one stream: an incident's and its deliveries' are about as many. */
const PER_APPEND = 2_000;
const PER_STREAM = 10;

const fill = async ({ database }: ScratchDatabase): Promise<void> => {
  const store = createEventStore(database, () => 1_700_000_000_000);
  const metadata = { actor: 'rules', cause: 'tick-1' };
  for (let from = 0; from < EVENTS; from += PER_APPEND) {
    const streams = Array.from({ length: PER_APPEND / PER_STREAM }, (_unused, index) => {
      const rolloutId = `ro${from + index}`;
      const halted = event('RolloutHalted', {
        rolloutId,
        because: 'its gate said roll_back at the stage canary',
        at: from,
      });
      return {
        stream: streamOf.rollout(rolloutId),
        expectedVersion: 0,
        events: Array.from({ length: PER_STREAM }, () => halted),
      };
    });
    await store.append(streams, metadata);
  }
};

const verified = async (scratch: ScratchDatabase): Promise<Cost & { readonly wallSeconds: number }> => {
  const [node, server, started] = [ownCpuSeconds(), scratch.cpuSeconds() ?? 0, performance.now()];
  const { events, broken } = await verifyChains(scratch.database);
  if (events < EVENTS || broken.length > 0) throw new Error('bench: the chains are not whole');
  return {
    name: 'auditVerify',
    outcomes: events,
    cpuSeconds: { node: ownCpuSeconds() - node, postgres: (scratch.cpuSeconds() ?? 0) - server },
    wallSeconds: (performance.now() - started) / 1_000,
    note: 'events, not outcomes: read, hashed and compared, with the ends of all streams',
  };
};

const run = async ({ runs }: BenchOptions) => {
  const scratch = await openScratchDatabase();
  try {
    await fill(scratch);
    let wallSeconds = Infinity;
    const cost = await cheapest(runs, async () => {
      const one = await verified(scratch);
      wallSeconds = Math.min(wallSeconds, one.wallSeconds);
      return one;
    });
    const secondsPerMillion = Math.round((wallSeconds * MILLION * 10) / cost.outcomes) / 10;
    return { costs: [cost], json: { auditVerify: { events: cost.outcomes, secondsPerMillion } } };
  } finally {
    await scratch.close();
  }
};

/** The verification of the chains of events, in seconds for a million of them. */
export const auditBench: Bench = { name: 'audit', run };
