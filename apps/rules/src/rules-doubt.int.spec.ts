import { COMMAND_TTL_MS, event, streamOf } from '#contracts';
import { obey, until } from '#testing';
import { deploy, fail, openStory } from './outage.fixture.js';
import type { SlotsStory } from './slots-story.fixture.js';

const DAY_TICKS = 345_600;

describe('rules in doubt', () => {
  let story: SlotsStory;
  beforeEach(async () => {
    story = await openStory();
    await story.startRules();
    await story.warmUp();
  });
  afterEach(() => story.close());

  it('goes on where a stream exists that was forgotten: a stage more than a day after its rollout began', async () => {
    deploy(story);
    await story.play(1);
    // Another rollout two days later: what is older than a day is forgotten by the engine, not by the store.
    const at = story.nowMs + 2 * 86_400_000;
    const release = { softwareVersion: 'v2', configRev: 'c2' };
    const other = { rolloutId: 'rollout-2', service: 'other', stage: 'batch-1', nodes: ['n'], at };
    await story.appendEvents(streamOf.rollout('rollout-2'), [
      event('RolloutStarted', { ...other, release, previous: release }),
    ]);
    await story.play(1);
    deploy(story, 'batch-2', 4);
    await story.play(1);
    expect(story.types()).toEqual(['RolloutStarted', 'RolloutStarted', 'RolloutStageReached']);
  });

  it('P4: waits while the database is away, says so, skips no tick and reads nothing again', async () => {
    deploy(story);
    await story.play(1);
    story.faults.refusals = 6;
    await story.play(0.25, async () => {
      await until('the rules say what is wrong', () => story.unready());
      expect(story.unready()).toMatch(/^tick \d+ cannot be decided: the database is away$/);
    });
    fail(story);
    await story.play(6);
    expect(story.unready()).toBeUndefined();
    expect(story.types()).toContain('IncidentOpened');
    expect(story.readFrom.length).toBe(1);
  });

  it('nothing is commanded while the database is away; what is decided late has expired, and one incident pages', async () => {
    const told = (): readonly string[] => story.types();
    deploy(story);
    await story.play(1);
    story.faults.isHeld = true;
    fail(story);
    // Longer than a command lives.
    await story.play(COMMAND_TTL_MS / 1_000 + 30);
    expect(told()).toEqual(['RolloutStarted']);
    story.faults.isHeld = false;
    await story.play(1);
    const commands = story.told.flatMap(({ event: { type, data } }) =>
      type === 'CommandIssued' ? [data.command] : [],
    );
    expect(commands).toHaveLength(1);
    for (const { expiresAtMs } of commands) expect(expiresAtMs).toBeLessThan(story.nowMs);
    expect(told().filter((type) => type === 'IncidentOpened')).toHaveLength(1);
    expect(told()).toContain('RollbackStopped');
    expect(told()).toContain('IncidentEscalated');
  });

  it('decides once when the answer to a commit is lost', async () => {
    story.faults.lostAnswers = 1;
    deploy(story);
    await story.play(1);
    expect(story.faults.lostAnswers).toBe(0);
    expect(story.types()).toEqual(['RolloutStarted']);
    expect(story.complaints).toHaveLength(1);
    expect(story.readFrom.length).toBe(1);
  });

  it('decides nothing again that another process decided while it could not', async () => {
    story.onDecided = obey(story, 1);
    await story.startRules();
    deploy(story);
    await story.play(1);
    story.faults.isHeld = true;
    fail(story);
    await story.play(100);
    story.faults.isHeld = false;
    await story.play(5);
    // Whoever judged the failing ticks by what is known at the end would fire again.
    const ticks = story.told.map(({ metadata }) => Number(metadata.cause.replace('tick-', '')));
    expect(ticks).toEqual(ticks.toSorted((one, other) => one - other));
    expect(story.types().filter((type) => type === 'IncidentOpened')).toHaveLength(1);
    expect(story.types().at(-1)).toBe('IncidentResolved');
    expect(story.readFrom).toHaveLength(2);
  }, 60_000);

  it('drops what it holds and reads again when the position went back', async () => {
    deploy(story);
    await story.play(1);
    await story.movePosition(-40);
    await story.play(2);
    expect(story.readFrom.length).toBe(2);
    fail(story);
    await story.play(6);
    expect(story.types().filter((type) => type === 'RolloutStarted' || type === 'IncidentOpened')).toEqual([
      'RolloutStarted',
      'IncidentOpened',
    ]);
  });

  it('says which record it cannot read, and goes on after it', async () => {
    await story.appendBytes(Uint8Array.of(9, 9, 9));
    deploy(story);
    await story.play(1);
    expect(story.complaints).toEqual(['rules: a record of slots cannot be read']);
    expect(story.types()).toEqual(['RolloutStarted']);
  });

  it('says which ticks retention dropped before they were decided, and begins with the first there is', async () => {
    await story.killRules();
    // As after two days without rules: slots are kept for one.
    await story.movePosition(-2 * DAY_TICKS);
    await story.startRules();
    deploy(story);
    await story.play(1);
    expect(story.complaints).toEqual(['rules: ticks are no longer in slots and not decided']);
    expect(story.types()).toEqual(['RolloutStarted']);
  });
});
