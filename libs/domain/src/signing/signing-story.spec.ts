import { event, streamOf } from '#contracts';
import { EngineStory, ORIGIN_MS } from '#testing';
import { signFor } from './story-signer.fixture.js';

const GOOD = { softwareVersion: 'v2.1.4', configRev: 'c41' };
const BAD = { softwareVersion: 'v2.1.5', configRev: 'c42' };
const REGIONS = ['us-east', 'us-west', 'europe', 'asia'];

/** Four regions of twelve nodes; a quarter of each takes a release that fails three of four, as in the study. */
const failing = (): EngineStory => {
  const story = new EngineStory({
    customers: [{ customerId: 'acme', name: 'Acme', tier: 'tier1', critical: false }],
    settings: { verifyMs: 10_000 },
    build: (fleet) => {
      for (const region of REGIONS)
        for (let index = 0; index < 12; index++)
          fleet.add({
            nodeId: `${region}-n${index}`,
            pop: `${region}-${Math.floor(index / 4)}`,
            region,
            release: 'v2.1.4+c41',
          });
    },
  });
  const nodes = story.fleet.nodes.filter(({ nodeId }) => /-n[012]$/.test(nodeId));
  story.fleet.signals.push({
    type: 'deploy',
    rolloutId: 'ro1',
    service: 'dns',
    release: BAD,
    previous: GOOD,
    stage: 'batch-1',
    nodes: nodes.map(({ nodeId }) => nodeId),
    atUs: 0,
  });
  // What the target rail asks for, of a target that nobody vouched for otherwise.
  story.tell(
    streamOf.release('dns', 'v2.1.4+c41'),
    event('ReleaseAttested', {
      service: 'dns',
      release: GOOD,
      goodSinceMs: ORIGIN_MS - 30 * 86_400_000,
      nodes: 48,
      isRollbackSafe: true,
      by: 'user:alice',
      at: ORIGIN_MS,
    }),
    event('RollbackRehearsed', {
      service: 'dns',
      release: GOOD,
      passed: true,
      detail: 'in staging',
      by: 'user:alice',
      at: ORIGIN_MS,
    }),
  );
  for (const node of nodes) node.release = 'v2.1.5+c42';
  story.play(10);
  for (const node of nodes) Object.assign(node, { failing: 0.77, timeouts: 0.5 });
  return story;
};

/** Plays until an event of a type was decided, for a limited time. */
const playUntil = (story: EngineStory, type: Parameters<EngineStory['all']>[0], seconds: number): EngineStory => {
  const endS = story.afterS + seconds;
  while (story.afterS < endS && story.all(type).length === 0) story.play(0.25);
  return story;
};

describe('a signer beside the rules', () => {
  it('R32, B8: signs every wave of a rollback that the rules decide, and refuses none', () => {
    const story = failing();
    const { signed } = signFor(story, 5);
    playUntil(story, 'RollbackCompleted', 400);
    expect(story.all('CommandRefused')).toEqual([]);
    const waves = story.all('RollbackDecided')[0]?.waves ?? [];
    expect(signed.map(({ audience }) => audience)).toEqual(waves.map((wave) => wave.toSorted()));
    expect(story.all('RollbackCompleted')).toHaveLength(1);
  });

  it('R32: a command that it refuses stops the rollback at the next tick: nobody waits for its deadline', () => {
    const story = failing();
    const signer = signFor(story, 5);
    signer.ownSwitch = { isOn: false, detail: '/run/automation cannot be read: ENOENT' };
    playUntil(story, 'RollbackStopped', 60);
    expect(signer.signed).toEqual([]);
    const refusedS = story.firstS('CommandRefused') ?? NaN;
    expect((story.firstS('RollbackStopped') ?? NaN) - refusedS).toBeLessThanOrEqual(1);
    expect(story.all('RollbackStopped')[0]?.because).toContain('the signer did not sign it, switched_off');
    expect(story.all('CommandIssued')).toHaveLength(1);
  });

  it('R32: the same after the rules were killed between the two', () => {
    const story = failing();
    const signer = signFor(story, 5);
    signer.ownSwitch = { isOn: false, detail: 'off' };
    playUntil(story, 'CommandRefused', 60);
    expect(story.all('RollbackStopped')).toEqual([]);
    story.restart();
    story.play(5);
    expect(story.all('RollbackStopped')).toHaveLength(1);
  });

  it('R32: a switch that is turned off between two waves stops before the second', () => {
    const story = failing();
    const { signed } = signFor(story, 5);
    playUntil(story, 'CommandIssued', 60);
    const off = { isOn: false, by: 'user:alice', comment: 'stop', at: ORIGIN_MS };
    story.tell(streamOf.automation, event('AutomationSwitched', off));
    playUntil(story, 'WaveVerified', 120).play(5);
    expect(signed).toHaveLength(1);
    expect(story.all('RollbackCompleted')).toEqual([]);
  });
});
