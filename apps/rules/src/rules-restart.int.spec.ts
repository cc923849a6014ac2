import { openStory, OUTAGE_TICKS, playOutage } from './outage.fixture.js';
import type { SlotsStory } from './slots-story.fixture.js';

/**
 * More than ten minutes before what is read again after a restart: a process that never stopped has the baseline from its windows, a
 * restarted one from what was kept.
 */
const WARM_UP_SLOTS = 1_020;
/** One kill in twenty ticks, in the middle of them. */
const KILLS = 20;

/** The same numbers from the same seed (minimal standard generator). */
const seededTicks = (seed: number, count: number): ReadonlySet<number> => {
  let state = seed;
  const ticks = new Set<number>();
  while (ticks.size < count) {
    state = (state * 48_271) % 2_147_483_647;
    ticks.add(state % OUTAGE_TICKS);
  }
  return ticks;
};

describe('rules killed and started again', () => {
  let story: SlotsStory;
  let whole: readonly unknown[] = [];
  beforeEach(async () => {
    story = await openStory(WARM_UP_SLOTS);
    await story.startRules();
  });
  afterEach(() => story.close());

  it('decides with the baseline of its windows when nothing disturbs', async () => {
    await playOutage(story);
    whole = story.decisions();
    const fired = story.told.flatMap(({ event }) => (event.type === 'AlertFired' ? [event.data.rule] : []));
    expect(fired).toContain('rollback_error_rate_spike');
    expect(story.types().at(-1)).toBe('IncidentResolved');
  }, 120_000);

  it.each([20_210_722, 8])(
    'B1, B2: decides the same, event by event, when it is killed in the middle of 20 ticks (seed %i)',
    async (seed) => {
      const kills = seededTicks(seed, KILLS);
      await playOutage(story, async (tick) => {
        if (!kills.has(tick)) return;
        await story.killRules();
        await story.startRules();
      });
      // Only the first one began at the beginning: what the others know of earlier minutes is not from their windows.
      expect(story.readFrom).toHaveLength(KILLS + 1);
      expect(story.readFrom.filter((offset) => offset > 0)).toHaveLength(KILLS);
      expect(story.decisions()).toEqual(whole);
    },
    120_000,
  );
});
