import { openStory, OUTAGE_TICKS, playOutage } from './outage.fixture.js';
import type { SlotsStory } from './slots-story.fixture.js';

describe('two rules processes side by side', () => {
  let story: SlotsStory;
  let alone: readonly unknown[] = [];
  beforeEach(async () => {
    story = await openStory();
    await story.startRules();
  });
  afterEach(() => story.close());

  it('(what one alone decides)', async () => {
    await playOutage(story);
    alone = story.decisions();
    for (const type of ['IncidentOpened', 'RollbackDecided', 'IncidentResolved'])
      expect(story.types().filter((each) => each === type)).toEqual([type]);
  }, 300_000);

  it('RR17: decide what one alone decides, once; who is second complains of nothing', async () => {
    await story.startRules();
    await playOutage(story);
    expect(story.decisions()).toEqual(alone);
    expect(story.complaints).toEqual([]);
    expect(story.readFrom).toHaveLength(2);
    // Two lines of starting, and one for each tick in which something was decided.
    const ticks = new Set(
      story.told.map(({ metadata }) => metadata.cause).filter((cause) => cause.startsWith('tick-')),
    );
    expect(story.lines.length).toBeLessThanOrEqual(2 + ticks.size);
  }, 300_000);

  it('RR17: one is killed in the middle of a tick, again and again, and the other goes on: still once', async () => {
    // Deployed, at detection, in the waves, at the end; meanwhile the other is alone for some ticks, and then joined by another one.
    const kills = new Set([9, 14, 60, OUTAGE_TICKS - 2]);
    const joins = new Set([0, 11, 40, 300]);
    await playOutage(story, async (tick) => {
      if (kills.has(tick)) await story.killRules();
      if (joins.has(tick)) await story.startRules();
    });
    expect(story.decisions()).toEqual(alone);
    expect(story.readFrom).toHaveLength(1 + joins.size);
  }, 300_000);

  it('nothing is decided: the position moves on, and nobody fails or begins again', async () => {
    await story.startRules();
    await story.warmUp();
    await story.play(20);
    expect(story.complaints).toEqual([]);
    expect(story.lines).toHaveLength(2);
    expect(story.readFrom).toHaveLength(2);
  }, 300_000);
});
