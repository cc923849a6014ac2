import { event, streamOf } from '#contracts';
import { obey } from '#testing';
import { BAD, deploy, fail, openStory as open, playOutage } from './outage.fixture.js';
import type { SlotsStory } from './slots-story.fixture.js';

let reference: Promise<readonly unknown[]> | undefined;
/** What is decided when nothing disturbs; played once. */
const undisturbed = (): Promise<readonly unknown[]> =>
  (reference ??= (async () => {
    const told = await open();
    await told.startRules();
    await playOutage(told);
    await told.close();
    return told.decisions();
  })());

let story: SlotsStory;
beforeEach(async () => {
  story = await open();
  await story.startRules();
});
afterEach(() => story.close());

const count = (type: string): number => story.types().filter((each) => each === type).length;

describe('rules over a real log', () => {
  it('R29, R32: alert, incident, rollback in waves, resolution; each once', async () => {
    await playOutage(story);
    reference = Promise.resolve(story.decisions());
    const first = story.told.find(({ event }) => event.type === 'AlertFired');
    expect(story.types()[0]).toBe('RolloutStarted');
    expect(first?.event.data).toMatchObject({ scope: 'release_region', key: `${BAD}|us-east` });
    for (const type of ['IncidentOpened', 'RollbackDecided', 'RollbackCompleted', 'IncidentResolved'])
      expect([type, count(type)]).toEqual([type, 1]);
    expect(count('CommandIssued')).toBe(count('WaveVerified'));
    expect(count('AlertResolved')).toBe(count('AlertFired'));
  }, 300_000);

  it('B1, B2: killed at any tick and started again, decides the same in the same order', async () => {
    // Spread over deploy, detection, waves and resolution; ticks from the origin on.
    const kills = new Set([3, 9, 11, 14, 20, 21, 40, 77, 130, 300]);
    await playOutage(story, async (tick) => {
      if (!kills.has(tick)) return;
      await story.killRules();
      await story.startRules();
    });
    expect(story.decisions()).toEqual(await undisturbed());
  }, 300_000);

  it('B4: does not resolve because telemetry stopped', async () => {
    await story.warmUp();
    deploy(story);
    await story.play(2);
    fail(story);
    await story.play(10);
    for (const node of story.fleet.nodes) node.silent = true;
    await story.play(30);
    expect(count('AlertBecameUnknown')).toBeGreaterThan(0);
    expect(count('AlertResolved') + count('IncidentResolved')).toBe(0);
  }, 300_000);

  it('sees what an operator appended between two ticks', async () => {
    story.onDecided = obey(story, 1);
    await story.warmUp();
    deploy(story);
    await story.play(2);
    fail(story);
    await story.play(6);
    const opened = story.told.find(({ event: { type } }) => type === 'IncidentOpened');
    if (opened?.event.type !== 'IncidentOpened') throw new Error('no incident was opened');
    const { incidentId } = opened.event.data;
    const acknowledged = event('IncidentAcknowledged', { incidentId, by: 'user:alice', note: '', at: 0 });
    await story.appendEvents(streamOf.incident(incidentId), [acknowledged]);
    await story.play(90);
    expect(count('IncidentAcknowledged')).toBe(1);
    expect(count('IncidentResolved')).toBe(1);
  }, 300_000);
});
