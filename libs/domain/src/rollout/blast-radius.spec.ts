import { DEFAULT_IMPACT, DEFAULT_PLAN, type Tier } from '#contracts';
import { blastRadiusOf, type BlastRadiusFacts } from './blast-radius.js';

const fleet = ['us', 'eu'].flatMap((region) =>
  Array.from({ length: 50 }, (_, index) => ({ nodeId: `${region}-n${index}`, pop: `${region}-${index % 5}`, region })),
);
const customer = (customerId: string, tier: Tier) => ({ customerId, tier });

const radius = (other: Partial<BlastRadiusFacts> = {}) =>
  blastRadiusOf({
    plan: DEFAULT_PLAN,
    targets: fleet,
    fleet,
    customers: [customer('a', 'tier1'), customer('b', 'tier2'), customer('idle', 'tier1')],
    trafficOf: (id) =>
      new Map(
        id === 'idle'
          ? [['us', 49]]
          : [
              ['us', 900],
              ['eu', id === 'a' ? 100 : 0],
            ],
      ),
    settings: DEFAULT_IMPACT,
    ...other,
  });

describe('the impact of a plan', () => {
  it('R50: is told of each stage: nodes, customers by tier, score and money, if all of it failed', () => {
    const [canary, early, production] = radius();
    // One node of a hundred is a fiftieth of its region: 2 % of b, who is there alone; 90 % of a is elsewhere or 0.2 %.
    expect(canary).toMatchObject({ stage: 'canary', nodes: 1 });
    expect(early).toMatchObject({ stage: 'early_adopter', nodes: 5, customers: 2 });
    expect(production).toMatchObject({
      nodes: 20,
      byTier: { tier1: 1, tier2: 1, tier3: 0 },
      score: 110,
      dollarsPerMinute: 55_000,
    });
  });
  it('R50: counts a customer by the share of its own queries that the nodes answer (C3)', () => {
    // The one node of the canary is in Europe, by name: 2 % of what is asked there.
    const hurt = (europe: number): number =>
      radius({
        trafficOf: () =>
          new Map([
            ['us', 1_000 - europe],
            ['eu', europe],
          ]),
        customers: [customer('a', 'tier1')],
      })[0]?.customers ?? NaN;
    expect([hurt(500), hurt(501)]).toEqual([0, 1]);
  });
  it('R50: does not count who asks too little to be told, nor places where the rollout does not go', () => {
    const stages = radius({ targets: fleet.filter(({ region }) => region === 'eu') });
    expect(stages.at(-1)).toMatchObject({ nodes: 50, customers: 1, byTier: { tier1: 1, tier2: 0, tier3: 0 } });
  });
});
