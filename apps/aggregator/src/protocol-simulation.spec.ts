import { AggregatorConsumer } from './aggregator.consumer.js';
import { createCounters } from './aggregator-counters.js';
import { simulate } from './protocol-simulation.fixture.js';
import { loadMutant, type Mutant, MUTANTS } from './protocol-simulation.mutants.fixture.js';

/** A seed costs some 75 ms of CPU: this many are 45 s. `npm run sim` takes SEED, or SEEDS for more. */
const SEEDS = Number(process.env['SEEDS'] ?? 600);
/** Within so many seeds each mutant must be found; the slowest takes some 680. */
const MUTANT_SEEDS_MAX = 1_000;

const first = Number(process.env['SEED'] ?? 1);
const count = process.env['SEED'] === undefined ? SEEDS : 1;

/** The one that found it before, then all: a change that moves the seeds costs time, and no mutant. */
const seedsOf = ({ foundBy = 1 }: Mutant): readonly number[] => [
  foundBy,
  ...Array.from({ length: MUTANT_SEEDS_MAX }, (_, index) => index + 1),
];

describe('the protocol, with every fault there is', () => {
  it('P1, P2: counts each batch exactly once, names what is lost, and comes to the end, for every seed', async () => {
    const sum = createCounters();
    // Beside the first ones those that found a mutant: what they find in one they would find in the program.
    const found =
      count === 1 ? [] : MUTANTS.flatMap(({ foundBy = first }) => (foundBy < first + count ? [] : [foundBy]));
    for (const seed of [...Array.from({ length: count }, (_, index) => first + index), ...found]) {
      const { problem, counters } = await simulate(seed, AggregatorConsumer);
      if (problem !== undefined) throw new Error(`SEED=${seed} npm run sim\n${problem}`);
      for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += counters[name];
    }
    if (count === 1) return;
    // Nothing is proved by seeds in which nothing happens.
    const { refused, flushesInDoubt, lostOffsets, reincarnations } = sum;
    expect(Math.min(refused, flushesInDoubt, lostOffsets, reincarnations)).toBeGreaterThan(count / 20);
  }, 600_000);

  it.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    'P1: finds out when %s',
    async (name, mutant) => {
      const { code, remove } = await loadMutant(mutant);
      let problem: string | undefined;
      for (const seed of seedsOf(mutant)) {
        problem = await simulate(seed, code).then(
          (result) => result.problem,
          (error: Error) => error.message,
        );
        if (problem !== undefined) break;
      }
      await remove();
      expect({ name, isFound: problem !== undefined }).toEqual({ name, isFound: true });
    },
    600_000,
  );
});
