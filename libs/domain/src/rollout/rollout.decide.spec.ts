import { type DeploySignal, DEFAULT_PLAN, event } from '#contracts';
import { given } from '#testing';
import { evolveRollout, type Rollout } from './rollout.js';
import { decideDeploy, decideHalt, type DeployContext } from './rollout.decide.js';

const release = { softwareVersion: 'v2', configRev: 'c2' };
const previous = { softwareVersion: 'v1', configRev: 'c1' };
const signal = (stage: string, nodes: string[], other: Partial<DeploySignal> = {}): DeploySignal => ({
  type: 'deploy',
  rolloutId: 'ro1',
  service: 'dns',
  stage,
  nodes,
  atUs: 0,
  release,
  previous,
  ...other,
});
const { type: _type, atUs: _atUs, ...first } = signal('canary', ['n1']);
const started = event('RolloutStarted', { ...first, at: 5 });
const reaches =
  (each: DeploySignal, context: Partial<DeployContext> = {}) =>
  (rollout: Rollout | undefined) =>
    decideDeploy(rollout, each, {
      at: 5,
      quarantineOf: () => undefined,
      missingOf: () => [],
      nodesMaxOf: () => 2,
      ...context,
    });
const halted = (because: string) => event('RolloutHalted', { rolloutId: 'ro1', because, at: 5 });

describe('a rollout', () => {
  it('starts with its first signal and widens by nodes not named before', () => {
    given(evolveRollout)
      .when(reaches(signal('canary', ['n1', 'n1'])))
      .thenEvents(started);
    given(evolveRollout, started)
      .when(reaches(signal('prod', ['n1', 'n2'])))
      .thenEvents(event('RolloutStageReached', { rolloutId: 'ro1', stage: 'prod', nodes: ['n2'], at: 5 }));
  });
  it('a repeated signal adds nothing', () => {
    given(evolveRollout, started)
      .when(reaches(signal('canary', ['n1'])))
      .thenNothing();
  });
  it('R41: is halted once', () => {
    const halt = (rollout: Rollout | undefined) => (rollout === undefined ? [] : decideHalt(rollout, 'breach', 6));
    const frozen = event('RolloutHalted', { rolloutId: 'ro1', because: 'breach', at: 6 });
    given(evolveRollout, started).when(halt).thenEvents(frozen);
    given(evolveRollout, started, frozen).when(halt).thenNothing();
  });
  it('R54: of a release in quarantine is halted as it begins, and its nodes are known', () => {
    const context = { quarantineOf: () => 'rolled back from' };
    given(evolveRollout)
      .when(reaches(signal('canary', ['n1']), context))
      .thenEvents(started, halted('v2+c2 is in quarantine: rolled back from'));
    const more = event('RolloutStageReached', { rolloutId: 'ro1', stage: 'prod', nodes: ['n2'], at: 5 });
    given(evolveRollout, started)
      .when(reaches(signal('prod', ['n2']), context))
      .thenEvents(more, halted('v2+c2 is in quarantine: rolled back from'));
    given(evolveRollout, started, halted('x'))
      .when(reaches(signal('prod', ['n2']), context))
      .thenEvents(more);
  });
});

describe('a deploy signal of a rollout that was declared', () => {
  const declared = event('RolloutDeclared', {
    rolloutId: 'ro1',
    service: 'dns',
    release,
    previous,
    mode: 'advisory',
    plan: DEFAULT_PLAN,
    nodes: ['n1', 'n2', 'n3'],
    by: 'deploy:ci',
    at: 1,
  });
  const begun = event('RolloutStarted', { ...first, origin: 'declared', at: 5 });
  const reached = (stage: string, ...nodes: string[]) =>
    event('RolloutStageReached', { rolloutId: 'ro1', stage, nodes, at: 5 });
  const promoted = event('StagePromoted', {
    rolloutId: 'ro1',
    stage: 'canary',
    next: 'early_adopter',
    because: 'x',
    at: 4,
  });

  it('starts it under the first stage of its plan, whatever the tool calls it', () => {
    given(evolveRollout, declared)
      .when(reaches(signal('batch-1', ['n1'])))
      .thenEvents(begun);
  });
  it('R49: without its pre-flight halts it at once', () => {
    const missingOf = () => [{ item: 'risk' as const, detail: 'nobody assessed the risk' }];
    given(evolveRollout, declared)
      .when(reaches(signal('canary', ['n1']), { missingOf }))
      .thenEvents(begun, halted('it was started without its pre-flight: risk: nobody assessed the risk'));
    // What went on before is not asked for it again.
    given(evolveRollout, declared, begun)
      .when(reaches(signal('canary', ['n2']), { missingOf }))
      .thenEvents(reached('canary', 'n2'));
  });
  it('adds nodes to the stage in hand', () => {
    given(evolveRollout, declared, begun)
      .when(reaches(signal('early_adopter', ['n1', 'n2'])))
      .thenEvents(reached('canary', 'n2'));
    given(evolveRollout, declared, begun, promoted)
      .when(reaches(signal('batch-2', ['n1', 'n2'])))
      .thenEvents(reached('early_adopter', 'n2'));
  });
  it('begins the stage that may begin when it is named, with no new node too; once', () => {
    const state = [declared, begun, promoted] as const;
    given(evolveRollout, ...state)
      .when(reaches(signal('early_adopter', ['n1'])))
      .thenEvents(reached('early_adopter'));
    given(evolveRollout, ...state, reached('early_adopter'))
      .when(reaches(signal('early_adopter', ['n1'])))
      .thenNothing();
  });
  it('R40: with more nodes than its stage allows halts it', () => {
    given(evolveRollout, declared, begun)
      .when(reaches(signal('canary', ['n2', 'n3'])))
      .thenEvents(reached('canary', 'n2', 'n3'), halted('3 nodes have it, stage canary allows 2 (1 %)'));
  });
  it('with another release, or nodes that it is not for, halts it', () => {
    given(evolveRollout, declared, begun)
      .when(reaches(signal('canary', ['n2'], { release: previous })))
      .thenEvents(reached('canary', 'n2'), halted('a deploy signal brings v1+c1 of dns, declared is v2+c2 of dns'));
    given(evolveRollout, declared, begun)
      .when(reaches(signal('canary', ['n9'])))
      .thenEvents(reached('canary', 'n9'), halted('1 nodes are none of those that it is for: n9'));
  });
});
