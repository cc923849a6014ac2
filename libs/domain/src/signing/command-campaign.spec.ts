import { type Campaign, type Missing, playCampaign } from './command-campaign.fixture.js';

const SEEDS = Array.from({ length: 40 }, (_, index) => index + 1);

/** Says the first seed that shows a problem. */
const firstProblem = (missing: Missing): string | undefined => {
  for (const seed of SEEDS) {
    const { problem } = playCampaign(seed, missing);
    if (problem !== undefined) return `seed ${seed}: ${problem}`;
  }
  return undefined;
};

describe('a rollback whose deciders, signers, publisher and nodes die between any two steps', () => {
  const campaigns: Campaign[] = [];
  beforeAll(() => campaigns.push(...SEEDS.map((seed) => playCampaign(seed))), 120_000);

  it('B8, R32: runs each command at most once on each node, and comes to rest, in every seed', () => {
    const problems = campaigns.flatMap(({ problem }, index) =>
      problem === undefined ? [] : [`seed ${index + 1}: ${problem}`],
    );
    expect(problems).toEqual([]);
  });

  it('was tried hard enough: 50 crashes each, and 100 decisions that somebody else had taken', () => {
    expect(campaigns.every(({ crashes, conflicts }) => crashes === 50 && conflicts >= 100)).toBe(true);
    expect(campaigns.every(({ repetitions }) => repetitions >= 20)).toBe(true);
    expect([...new Set(campaigns.map(({ end }) => end))].toSorted()).toEqual(['completed', 'stopped']);
  });

  it.each(['versions', 'journal'] as const)('would be noticed without %s', (missing) => {
    expect(firstProblem(missing)).toBeDefined();
  });
});
