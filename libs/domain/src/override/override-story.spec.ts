import { APPROVAL_ROLES, event, type Event, streamOf } from '#contracts';
import { type EngineStory, ORIGIN_MS } from '#testing';
import {
  bring,
  execute,
  firstOf,
  hash,
  obedient,
  ROLLBACK_ID,
  ROLLOUT,
  smallStory,
} from '../rollout/rollback-story.fixture.js';
import { rollbackIdOf } from '../rollout/rollback.js';

const BACK = { rolloutId: 'rollout-0', release: ROLLOUT.previous, previous: ROLLOUT.release };

/** The target was itself rolled back from, so the rail of the target refuses what a person asks for. */
const refused = (): EngineStory => {
  const story = smallStory();
  bring(story);
  execute(story, obedient);
  story.play(5);
  const quarantined = { service: 'dns', release: ROLLOUT.previous, rollbackId: rollbackIdOf(BACK, hash) };
  story.tell(
    streamOf.release('dns', 'v2.1.4+c41'),
    event('ReleaseQuarantined', { ...quarantined, because: 'once', at: 0 }),
  );
  const started = { ...BACK, service: 'dns', stage: 'all', nodes: [], at: ORIGIN_MS };
  story.tell(
    streamOf.rollout(BACK.rolloutId),
    event('RolloutStarted', started),
    event('RolloutRolledBack', { rolloutId: BACK.rolloutId, rollbackId: quarantined.rollbackId, at: 0 }),
  );
  const wanted = { rollbackId: ROLLBACK_ID, rolloutId: ROLLOUT.rolloutId, by: 'user:alice', comment: 'now' };
  story.tell(streamOf.rollback(ROLLBACK_ID), event('RollbackRequested', { ...wanted, at: ORIGIN_MS + 5_000 }));
  return story.play(1);
};

const request = (story: EngineStory, rails: string[]): void => {
  const now = ORIGIN_MS + 1_000 * story.afterS;
  const checklist = { isCritical: true, dollarsPerHour: 2e7, affectedCustomers: 2_000, resolutionEtaMs: 9e6 };
  const of = { overrideId: 'o1', rollbackId: ROLLBACK_ID, rails, checklist, by: 'user:alice', comment: 'all burns' };
  story.tell(streamOf.override('o1'), event('OverrideRequested', { ...of, expiresAtMs: now + 600_000, at: now }));
};
const grant = (story: EngineStory): void => {
  const voted = APPROVAL_ROLES.map((role): Event => {
    return event('OverrideVoted', {
      overrideId: 'o1',
      role,
      isApproved: true,
      by: `user:${role}`,
      comment: 'y',
      at: 0,
    });
  });
  const granted = event('OverrideGranted', { overrideId: 'o1', rollbackId: ROLLBACK_ID, at: 0 });
  story.tell(streamOf.override('o1'), ...voted, granted);
};
const calls = (story: EngineStory) => story.all('IncidentEscalated').map(({ to, rollback }) => [to, rollback?.step]);

describe('an override', () => {
  it('R54: opens the rails that it names for its rollback, which is decided in the next tick', () => {
    const story = refused();
    const rails = story.all('RollbackRefused').map(({ rail }) => rail);
    expect(rails).toEqual(['target']);
    request(story, rails);
    story.play(5);
    expect(story.all('RollbackDecided')).toEqual([]);
    expect(calls(story)).toEqual([['vp', 'vote']]);
    grant(story);
    story.play(0.25);
    expect(story.all('RollbackDecided')).toMatchObject([{ by: 'user:alice', overrideId: 'o1' }]);
    expect(firstOf(story.told, ['OverrideGranted', 'RollbackDecided', 'CommandIssued'])).toEqual([
      'OverrideGranted',
      'RollbackDecided',
      'CommandIssued',
    ]);
    story.play(120);
    expect(story.all('RollbackDecided')).toHaveLength(1);
    expect(story.all('RollbackCompleted')).toHaveLength(1);
  });

  it('R54: opens no rail that it does not name', () => {
    const story = refused();
    request(story, ['rate']);
    grant(story);
    story.play(30);
    expect(story.all('RollbackDecided')).toEqual([]);
    expect(story.all('CommandIssued')).toEqual([]);
  });

  it('RAIL-13: without three votes in ten minutes it expires, once, and the VP is called; a later grant opens nothing', () => {
    const story = refused();
    request(story, ['target']);
    story.play(610);
    expect(story.all('OverrideExpired')).toMatchObject([{ overrideId: 'o1', because: '0 of 3 votes within 10 min' }]);
    expect(calls(story)).toEqual([
      ['vp', 'vote'],
      ['vp', 'expired'],
    ]);
    story.restart();
    grant(story);
    story.play(5);
    expect(story.all('OverrideExpired')).toHaveLength(1);
    expect(story.all('CommandIssued')).toEqual([]);
  });
});
