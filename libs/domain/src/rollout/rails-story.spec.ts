import { event, streamOf } from '#contracts';
import type { EngineStory, StoryOptions } from '#testing';
import { ORIGIN_MS } from '#testing';
import { execute, obedient, outage, ROLLBACK_ID, smallStory, bring } from './rollback-story.fixture.js';

const PERSON = { by: 'user:ana', comment: 'we look first' };

/** An outage under what people said of automation before it. */
const under = (
  tell: (story: EngineStory) => void,
  seconds: number,
  options: Partial<StoryOptions> = {},
): EngineStory => {
  const story = outage(options);
  tell(story);
  execute(story, obedient);
  return story.play(seconds);
};
const setMode = (mode: 'observe' | 'recommend' | 'approve') => (story: EngineStory) =>
  story.tell(streamOf.automation, event('AutomationModeSet', { service: 'dns', mode, ...PERSON, at: ORIGIN_MS }));
const calls = (story: EngineStory) => story.all('IncidentEscalated').map(({ to, because }) => `${to}: ${because}`);

describe('what people allow', () => {
  it('RAIL-15: approve: it is proposed once, who is on call is asked, and a yes starts it', () => {
    const story = under(setMode('approve'), 15);
    expect(story.all('RollbackProposed')).toMatchObject([{ rollbackId: ROLLBACK_ID, mode: 'approve', nodes: 8 }]);
    expect(calls(story)).toEqual(['on_call: rollback of v2.1.5+c42 waits for approval, on 8 nodes']);
    expect(story.all('CommandIssued')).toEqual([]);
    const yes = event('RollbackApproved', { rollbackId: ROLLBACK_ID, ...PERSON, at: ORIGIN_MS + 25_000 });
    story.tell(streamOf.rollback(ROLLBACK_ID), yes);
    story.play(1);
    expect(story.all('RollbackDecided')).toMatchObject([{ by: 'user:ana' }]);
    expect(story.all('CommandIssued')).toHaveLength(1);
  });

  it('RAIL-15: observe: what would have been done is told, and nobody is asked', () => {
    const story = under(setMode('observe'), 20);
    expect(story.all('RollbackProposed')).toMatchObject([{ mode: 'observe' }]);
    expect([story.all('IncidentEscalated'), story.all('CommandIssued')]).toEqual([[], []]);
  });

  it('RAIL-14: while automation is off nothing is commanded, whoever asks; it is refused, and said why', () => {
    const off = event('AutomationSwitched', { isOn: false, ...PERSON, at: ORIGIN_MS });
    const story = under((told) => told.tell(streamOf.automation, off), 15);
    const wanted = { rollbackId: ROLLBACK_ID, rolloutId: 'rollout-1', by: 'user:bob', comment: 'now' };
    story.tell(streamOf.rollback(ROLLBACK_ID), event('RollbackRequested', { ...wanted, at: ORIGIN_MS + 25_000 }));
    story.play(5);
    expect(story.all('CommandIssued')).toEqual([]);
    const refusals = story.all('RollbackRefused');
    expect(new Set(refusals.map(({ rail }) => rail))).toEqual(new Set(['kill_switch']));
    expect(refusals[0]?.because).toBe('automation is off: we look first');
  });

  it('RAIL-6: to a release that nobody attested nothing is rolled back; who is on call hears why, once', () => {
    const story = under(() => undefined, 30, { attestedFor: [] });
    expect(story.all('RollbackRefused')).toMatchObject([{ rail: 'target' }]);
    expect(calls(story)).toEqual([
      'on_call: rollback of v2.1.5+c42 refused by rail target: v2.1.4+c41: nobody attested that it runs well',
    ]);
    expect(story.all('CommandIssued')).toEqual([]);
  });
});

describe('what a gate says', () => {
  it('B7, R36: a regression of two points, too small for every rule, pages, halts and is rolled back by one command', () => {
    const story = smallStory();
    bring(story);
    story.play(10);
    for (const node of story.fleet.nodes) if (node.release === 'v2.1.5+c42') node.failing = 0.02;
    story.play(60);
    const gates = story.all('AlertFired').filter(({ rule }) => rule === 'rollout_gate');
    expect(gates).toMatchObject([{ scope: 'release', key: 'v2.1.5+c42', severity: 'critical' }]);
    expect(story.all('IncidentOpened').length).toBeGreaterThan(0);
    expect(story.all('RolloutHalted')).toHaveLength(1);
    expect(story.all('RollbackDecided')).toMatchObject([{ trigger: { rule: 'rollout_gate' } }]);
    expect(story.all('CommandIssued')).toHaveLength(1);
  });
});
