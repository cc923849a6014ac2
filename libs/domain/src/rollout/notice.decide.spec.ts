import { event, type Event, TICK_MS } from '#contracts';
import type { NodePresence } from '../rule/presence.js';
import { decideAdoption, decideNoticed, type NoticeFacts } from './notice.decide.js';
import { evolveRollout, isRolloutEvent, type Rollout } from './rollout.js';

const TICK = 1_000_000;
const AGO = (seconds: number): number => TICK - (seconds * 1_000) / TICK_MS;
const OLD = 'v1+c1';
const NEW = 'v2+c2';
const HOUR_S = 3_600;

const node = (nodeId: string, release: string, other: Partial<NodePresence> = {}): NodePresence => ({
  nodeId,
  pop: 'p',
  region: 'r',
  release,
  watermarkUs: 0,
  seenTick: TICK,
  formerly: [],
  sinceTick: AGO(2 * HOUR_S),
  ...other,
});
/** One that was seen to change so many seconds ago. */
const changed = (nodeId: string, seconds = 20, release = NEW, formerly: readonly string[] = [OLD]): NodePresence =>
  node(nodeId, release, { formerly, sinceTick: AGO(seconds) });
const others = [node('n8', OLD), node('n9', OLD)];

const rollout = (...events: readonly Event[]): Rollout => {
  let known: Rollout | undefined;
  for (const each of events) if (isRolloutEvent(each)) known = evolveRollout(known, each);
  if (known === undefined) throw new Error('no rollout');
  return known;
};
const started = (rolloutId: string, origin?: 'telemetry') =>
  event('RolloutStarted', {
    rolloutId,
    service: 'edge',
    release: { softwareVersion: 'v2', configRev: 'c2' },
    previous: { softwareVersion: 'v1', configRev: 'c1' },
    stage: 's',
    nodes: ['n1'],
    ...(origin && { origin }),
    at: 5,
  });
const rolledBack = event('RolloutRolledBack', { rolloutId: 'ro1', rollbackId: 'rb1', at: 6 });

const notice = (nodes: readonly NodePresence[], facts: Partial<NoticeFacts> = {}): readonly Event[] =>
  decideNoticed({
    at: 9,
    tick: TICK,
    nodes,
    rollouts: [],
    targets: new Set(),
    rolloutIdOf: (release) => `noticed-${release}`,
    ...facts,
  });

describe('a release that nobody told of', () => {
  it('begins a rollout of the nodes that changed to it, from what most of them ran', () => {
    const nodes = [changed('n1'), changed('n2'), changed('n3', 20, NEW, ['v0+c0']), ...others];
    expect(notice(nodes)).toEqual([
      event('RolloutStarted', {
        rolloutId: `noticed-${NEW}`,
        service: 'dns',
        release: { softwareVersion: 'v2', configRev: 'c2' },
        previous: { softwareVersion: 'v1', configRev: 'c1' },
        stage: 'noticed',
        nodes: ['n1', 'n2', 'n3'],
        origin: 'telemetry',
        at: 9,
      }),
    ]);
  });
  it('is of the service of the newest rollout', () => {
    const other = { ...started('ro1').data, release: { softwareVersion: 'v3', configRev: 'c3' } };
    expect(notice([changed('n1')], { rollouts: [rollout(event('RolloutStarted', other))] })).toMatchObject([
      { data: { service: 'edge' } },
    ]);
  });
  it('is left ten seconds to its deploy tool, and noticed for an hour', () => {
    expect([9, 10, HOUR_S, HOUR_S + 1].map((ago) => notice([changed('n1', ago)]).length)).toEqual([0, 1, 1, 0]);
  });
  it('gets the nodes that join it later, once', () => {
    const rollouts = [rollout(started('ro1', 'telemetry'))];
    expect(notice([changed('n1'), changed('n2', 0), ...others], { rollouts })).toEqual([
      event('RolloutStageReached', { rolloutId: 'ro1', stage: 'noticed', nodes: ['n2'], at: 9 }),
    ]);
    expect(notice([changed('n1'), ...others], { rollouts })).toEqual([]);
  });
  it('that was rolled back from and comes again is noticed again', () => {
    const rollouts = [rollout(started('ro1'), rolledBack)];
    expect(notice([changed('n1'), ...others], { rollouts })).toHaveLength(1);
  });
});

describe('nothing is noticed', () => {
  it.each<[string, readonly NodePresence[], Partial<NoticeFacts>]>([
    ['of what the fleet begins with', [node('n1', NEW), node('n2', OLD)], {}],
    ['of a node that comes back after it was forgotten', [node('n1', NEW, { sinceTick: AGO(20) }), ...others], {}],
    ['of a node that takes what others run all along', [changed('n1'), node('n2', NEW)], {}],
    [
      'of a release that a rollout names, with nodes that it does not',
      [changed('n2')],
      { rollouts: [rollout(started('ro1'))] },
    ],
    ['of what a rollback returns to', [changed('n1')], { targets: new Set([NEW]) }],
    [
      'of nodes that go back by hand to what a rollout came from',
      [changed('n1', 20, OLD, [NEW])],
      { rollouts: [rollout(started('ro1'))] },
    ],
    ['of nodes that are silent now', [changed('n1')].map((each) => ({ ...each, seenTick: AGO(11) })), {}],
    ['of a fleet without nodes', [], {}],
  ])('%s', (_, nodes, facts) => {
    expect(notice(nodes, facts)).toEqual([]);
  });
});

describe('what was noticed', () => {
  const noticed = rollout(started('t1', 'telemetry'));

  it('ends when a deploy tool names its release', () => {
    expect(decideAdoption(noticed, rollout(started('ro1')), 9)).toEqual([
      event('RolloutEnded', { rolloutId: 't1', because: 'rollout ro1 names its release', at: 9 }),
    ]);
  });
  it('stays when it is the one, or was rolled back; and what was declared stays', () => {
    expect(decideAdoption(noticed, noticed, 9)).toEqual([]);
    expect(decideAdoption({ ...noticed, state: 'halted' }, rollout(started('ro1')), 9)).toEqual([]);
    expect(decideAdoption(rollout(started('ro2')), rollout(started('ro1')), 9)).toEqual([]);
  });
});
