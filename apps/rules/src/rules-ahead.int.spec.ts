import { until } from '#testing';
import { deploy, fail, openStory } from './outage.fixture.js';
import type { SlotsStory } from './slots-story.fixture.js';

describe('rules while the database is away', () => {
  let story: SlotsStory;
  beforeEach(async () => {
    story = await openStory();
    await story.startRules({ urgentAfterMs: 1_500 });
    await story.warmUp();
  }, 90_000);
  afterEach(() => story.close());

  it('P4, T-B2: an incident that opens is paged through the log, and opens under the same id once it can be recorded', async () => {
    deploy(story);
    await story.play(1);
    story.faults.isHeld = true;
    fail(story);
    await story.play(10);
    const [page, ...more] = await until('it is paged', async () => {
      const found = await story.urgentPages();
      return found.length > 0 && found;
    });
    expect(more).toEqual([]);
    expect(page).toMatchObject({
      kind: 'page',
      body: { degraded: expect.stringContaining('the database'), severity: 'critical', rollbacks: [] },
    });
    expect(story.types()).toEqual(['RolloutStarted']);
    story.faults.isHeld = false;
    await until('it is recorded', async () => {
      await story.play(0.25);
      return story.types().includes('IncidentOpened');
    });
    const opened = story.told.flatMap(({ event: { type, data } }) =>
      type === 'IncidentOpened' ? [data.incidentId] : [],
    );
    expect(opened).toEqual([page?.dedupKey]);
    expect(story.readFrom).toHaveLength(2);
  }, 120_000);
});
