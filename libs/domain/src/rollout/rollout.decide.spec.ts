import { type DeploySignal, event } from '#contracts';
import { given } from '#testing';
import { evolveRollout, type Rollout } from './rollout.js';
import { decideDeploy, decideHalt } from './rollout.decide.js';

const signal = (stage: string, nodes: string[]): DeploySignal => ({
  type: 'deploy',
  rolloutId: 'ro1',
  service: 'dns',
  stage,
  nodes,
  atUs: 0,
  release: { softwareVersion: 'v2', configRev: 'c2' },
  previous: { softwareVersion: 'v1', configRev: 'c1' },
});
const { type: _type, atUs: _atUs, ...first } = signal('canary', ['n1']);
const started = event('RolloutStarted', { ...first, at: 5 });
const reaches = (each: DeploySignal) => (rollout: Rollout | undefined) => decideDeploy(rollout, each, 5);

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
    const halted = event('RolloutHalted', { rolloutId: 'ro1', because: 'breach', at: 6 });
    given(evolveRollout, started).when(halt).thenEvents(halted);
    given(evolveRollout, started, halted).when(halt).thenNothing();
  });
});
