import type { CatalogueCustomer } from '#domain';
import { SlotsStory } from './slots-story.fixture.js';

const CUSTOMERS: CatalogueCustomer[] = Array.from({ length: 6 }, (_, index) => ({
  customerId: `customer-${index}`,
  name: `Customer ${index}`,
  tier: 'tier1',
  critical: false,
}));
/** Three nodes of 24 outcomes a second: four of each customer, far too few for a sample of ten seconds. */
const [NODES, QPS] = [3, 24 / 3];
/** Twenty-one minutes and a half: what the rules keep of them makes an hour of the fifty minutes that were kept before. */
const WARM_UP_SLOTS = 1_290;
const POOLS_KEPT_BEFORE = 5;
/** Seconds of the story, and from when on a fifth fails. */
const [STORY_S, FAILING_S] = [70, 20];
/** In this tick of the story a minute is two minutes old. */
const MINUTE_TICK = 240;

const openStory = async (): Promise<SlotsStory> => {
  const build = ({ fleet }: { fleet: SlotsStory['fleet'] }): void => {
    for (let index = 0; index < NODES; index += 1)
      fleet.add({ nodeId: `n${index}`, pop: 'iad-1', region: 'us-east', release: 'v2.1.4+c41', qps: QPS });
  };
  const story = await SlotsStory.open(CUSTOMERS, (fleet) => build({ fleet }), WARM_UP_SLOTS);
  const usual = CUSTOMERS.map(({ customerId }) => ({ customerId, good: 2_390, bad: 10 }));
  await story.keepPools(POOLS_KEPT_BEFORE, usual);
  await story.startRules();
  return story;
};

const restart = async (story: SlotsStory): Promise<void> => {
  await story.killRules();
  await story.startRules();
};

describe('baselines of small customers after a restart of the rules', () => {
  let story: SlotsStory;
  let whole: readonly unknown[] = [];
  beforeEach(async () => {
    story = await openStory();
  });
  afterEach(() => story.close());

  const play = async (before?: (tick: number) => Promise<void>): Promise<void> => {
    await story.warmUp();
    await story.play(FAILING_S, before);
    for (const node of story.fleet.nodes) node.failing = 0.2;
    await story.play(STORY_S - FAILING_S, before);
  };

  const fired = (): readonly string[] =>
    story.told.flatMap(({ event }) => (event.type === 'AlertFired' ? [event.data.rule] : []));

  it('R15: a spike is judged by what was learnt when nothing disturbs', async () => {
    await play();
    whole = story.decisions();
    expect(fired()).toContain('customer_error_rate_spike');
  }, 300_000);

  it('R15, B2: a spike right after a restart is judged the same', async () => {
    await play(async (tick) => {
      if (tick === FAILING_S * 4) await restart(story);
    });
    expect(fired()).toContain('customer_error_rate_spike');
    expect(story.decisions()).toEqual(whole);
  }, 300_000);

  it('R28: where nothing was kept segments say what is normal', async () => {
    await play(async (tick) => {
      if (tick !== FAILING_S * 4) return;
      await story.killRules();
      await story.dropKept();
      await story.startRules();
    });
    expect(fired()).toContain('rollback_error_rate_spike');
    // A sample of ten seconds says nothing of a small customer.
    expect(fired()).not.toContain('customer_error_rate_spike');
  }, 300_000);

  it('R15, B2: killed every nineteen ticks, and in each around the one that takes a minute, it decides the same', async () => {
    await play(async (tick) => {
      if (tick % 19 === 0 || Math.abs(tick - MINUTE_TICK) <= 2) await restart(story);
    });
    expect(fired()).toContain('customer_error_rate_spike');
    expect(story.decisions()).toEqual(whole);
  }, 300_000);
});
