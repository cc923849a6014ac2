import { event, ruleSetSchema, streamOf } from '#contracts';
import { DEFAULT_RULES } from '#testing';
import { deploy, fail, openStory } from './outage.fixture.js';
import type { SlotsStory } from './slots-story.fixture.js';

const silenceOf = (nowMs: number) =>
  event('SilenceCreated', {
    silenceId: 's1',
    where: { severity: ['*'] },
    startsAtMs: nowMs,
    endsAtMs: nowMs + 10_000,
    by: 'user:ana',
    comment: 'peering is moved',
    at: nowMs - 3_000,
  });

const rulesOf = (nowMs: number) => {
  // Names a place that is not there: it begins, ends and tells that it muted nothing.
  const window = { name: 'noon', where: { pop: ['nowhere'] }, timeZone: 'UTC', days: ['thu'], startsAt: '11:46' };
  const ruleSet = ruleSetSchema.parse({ rules: DEFAULT_RULES, maintenance: [{ ...window, durationMs: 75_000 }] });
  return event('RulesLoaded', { version: 2, sha256: 'ab'.repeat(32), source: 'x', fromTick: 0, ruleSet, at: nowMs });
};

/** A release fails while everything is silenced; the silence ends while it goes on. Killed before the ticks that are named. */
const playQuiet = async (story: SlotsStory, kills: readonly number[]): Promise<void> => {
  await story.startRules();
  await story.warmUp();
  await story.appendEvents(streamOf.rules, [rulesOf(story.nowMs)]);
  await story.appendEvents(streamOf.silence('s1'), [silenceOf(story.nowMs)]);
  const before = async (tick: number): Promise<void> => {
    if (!kills.includes(tick)) return;
    await story.killRules();
    await story.startRules();
  };
  deploy(story);
  await story.play(2, before);
  fail(story);
  await story.play(16, before);
};

describe('silences and maintenance, when the rules are killed', () => {
  const stories: SlotsStory[] = [];
  afterEach(() => Promise.all(stories.splice(0).map((story) => story.close())));

  const decisionsOf = async (kills: readonly number[]): Promise<SlotsStory> => {
    const story = await openStory();
    stories.push(story);
    await playQuiet(story, kills);
    return story;
  };

  it('mute the same: before the page is held back, while it is, on the tick on which it leaves, and after', async () => {
    const whole = await decisionsOf([]);
    for (const type of ['IncidentUnmuted', 'SilenceEndsSoon', 'SilenceEnded', 'MaintenanceBegan', 'MaintenanceEnded'])
      expect(whole.types()).toContain(type);
    expect((await decisionsOf([4, 14, 39, 40, 41, 60])).decisions()).toEqual(whole.decisions());
  }, 120_000);
});
