import { DEFAULT_PLAN, event, type Event } from '#contracts';
import { previewHalt, previewStart } from './act-previews.js';
import { evolveKnownRollout, type KnownRollout, UNKNOWN_ROLLOUT } from './known-rollout.js';

const release = { softwareVersion: 'v2', configRev: 'c1' };
const previous = { softwareVersion: 'v1', configRev: 'c1' };
const of = { rolloutId: 'ro1' };
const acting = { by: 'ann', at: 10_000 };
const known = (...events: readonly Event[]): KnownRollout => events.reduce(evolveKnownRollout, UNKNOWN_ROLLOUT);
const declaredAs = (mode: 'driving' | 'advisory') =>
  event('RolloutDeclared', {
    ...of,
    service: 'dns',
    release,
    previous,
    mode,
    plan: DEFAULT_PLAN,
    nodes: [],
    by: 'b',
    at: 1,
  });
const started = event('RolloutStarted', {
  ...of,
  service: 'dns',
  release,
  previous,
  stage: 'canary',
  nodes: ['n1', 'n2'],
  at: 2,
});
const commanded = event('StageCommanded', {
  ...of,
  stage: 'canary',
  commandId: 'co1',
  generation: 1,
  nodes: ['n1', 'n2'],
  at: 9_000,
});
const answered = event('NodeUpdated', {
  ...of,
  stage: 'canary',
  nodeId: 'n2',
  status: 'done',
  probes: 5,
  passed: 5,
  detail: '',
  at: 9_500,
});
const fleet = Array.from({ length: 200 }, (_, n) => ({ nodeId: `n${n}`, pop: `p${n % 4}`, region: 'r' }));

describe('what acts on a rollout would do', () => {
  it('a halt names who keeps the release, and who of those on the way is told to stop', () => {
    const running = known(declaredAs('driving'), started, commanded, answered);
    expect(previewHalt(running, true, acting)).toEqual({
      rolloutId: 'ro1',
      state: 'running',
      isNew: true,
      keeps: ['n1', 'n2'],
      stops: ['n1'],
      effect: 'ro1 goes no further than stage canary: 2 nodes keep v2+c1, 1 node on the way told to stop',
    });
    // With automation off nobody is commanded, and neither is anybody where a deploy tool brings it.
    expect(previewHalt(running, false, acting)).toMatchObject({ stops: [] });
    expect(previewHalt(known(declaredAs('advisory'), started), true, acting)).toMatchObject({
      stops: [],
      effect: 'ro1 goes no further than stage canary: 2 nodes keep v2+c1, nobody is commanded',
    });
  });

  it('a halt that was asked for already changes nothing; one that is over is refused', () => {
    const asked = event('HaltRequested', { ...of, by: 'ann', comment: 'x', at: 3 });
    expect(previewHalt(known(declaredAs('driving'), started, asked), true, acting)).toMatchObject({
      isNew: false,
      stops: [],
    });
    const ended = event('RolloutEnded', { ...of, because: 'x', at: 3 });
    expect(previewHalt(known(declaredAs('driving'), started, ended), true, acting)).toMatchObject({
      refused: 'ROLLOUT_STATE',
    });
  });

  it('a start names the nodes of the first stage where Tocsin brings it, and what it waits for', () => {
    const start = (mode: 'driving' | 'advisory', missing: readonly { item: 'risk'; detail: string }[] = []) =>
      previewStart(known(declaredAs(mode)), { missing, fleet }, acting);
    const [canary] = DEFAULT_PLAN.stages;
    const driving = start('driving');
    if ('refused' in driving) throw new Error(driving.detail);
    expect(driving).toMatchObject({ isNew: true, stage: 'canary', sharePercent: canary?.sharePercent });
    expect(driving.nodes.length).toBe(Math.ceil((200 * (canary?.sharePercent ?? 0)) / 100));
    expect(driving.effect).toContain('told to take the release');
    expect(start('advisory')).toMatchObject({ nodes: [], effect: 'its deploy tool may bring stage canary' });
    expect(start('driving', [{ item: 'risk', detail: 'nobody assessed it' }])).toMatchObject({
      nodes: [],
      effect: 'it is asked for, and waits: risk: nobody assessed it',
    });
    expect(previewStart(known(), { missing: [], fleet }, acting)).toMatchObject({ refused: 'NOT_FOUND' });
  });
});
