import { type CommandAnswer, commandSchema, DEFAULT_PLAN, event, type Event, type EventOf } from '#contracts';
import { UPDATE_TIMEOUT_MS } from '../breaker/breaker.decide.js';
import {
  decideFailedStage,
  decideNodeUpdates,
  decideStageCommand,
  type DriveContext,
  HEALTH_JUDGED_MS,
  waitingNodes,
} from './drive.decide.js';
import { evolveRollout, isRolloutEvent, type Rollout } from './rollout.js';

const release = { softwareVersion: 'v2', configRev: 'c2' };
const previous = { softwareVersion: 'v1', configRev: 'c1' };
const of = { rolloutId: 'ro1', at: 1_000 };
const begun = { ...of, service: 'dns', release, previous };
const declared = event('RolloutDeclared', {
  ...begun,
  mode: 'driving',
  plan: DEFAULT_PLAN,
  nodes: [],
  by: 'deploy:ci',
});
const started = (...nodes: string[]) =>
  event('RolloutStarted', { ...begun, stage: 'canary', nodes, origin: 'declared' });
const commanded = (...nodes: string[]) =>
  event('StageCommanded', { ...of, stage: 'canary', commandId: 'c-1', generation: 7, nodes });
const updated = (nodeId: string, status: 'done' | 'failed' | 'timeout', counts = {}) =>
  event('NodeUpdated', { ...of, stage: 'canary', nodeId, status, detail: '', ...counts });
const check = { probes: 5, passed: 5 };

const after = (...events: readonly Event[]): Rollout & { declared: NonNullable<Rollout['declared']> } => {
  let rollout: Rollout | undefined;
  for (const each of [declared, ...events]) if (isRolloutEvent(each)) rollout = evolveRollout(rollout, each);
  if (rollout?.declared === undefined) throw new Error('not declared');
  return { ...rollout, declared: rollout.declared };
};

const answer = (
  nodeId: string,
  status: CommandAnswer['status'],
  other: Partial<CommandAnswer> = {},
): CommandAnswer => ({
  type: 'answer',
  nodeId,
  agentBootId: '1',
  atUs: 0,
  commandId: 'c-1',
  generation: 7,
  status,
  detail: '',
  ...other,
});
const nothingSeen = { probes: { good: 0, bad: 0 }, own: { good: 0, bad: 0 } };
const tell = (events: readonly Event[], context: Partial<DriveContext>) => {
  const rollout = after(...events);
  const told = decideNodeUpdates(rollout, rollout.declared, {
    at: 4_000,
    answers: [],
    seenOf: () => nothingSeen,
    updateIdOf: (nodeId) => `u-${nodeId}`,
    ...context,
  });
  const nodes = told.events as readonly EventOf<'NodeUpdated'>[];
  return { nodes: nodes.map(({ data }) => data), ended: told.ended };
};

describe('a stage that Tocsin drives', () => {
  const context = { at: 4_000, generation: 7, hash: (text: string) => text, sha256: () => '0'.repeat(64) };

  it('commands an explicit audience, with the release before it, a generation and an expiry', () => {
    const rollout = after(started('n2', 'n1'));
    const events = decideStageCommand(rollout, rollout.declared, ['n2', 'n1'], context);
    expect(events.map(({ type }) => type)).toEqual(['StageCommanded', 'CommandIssued']);
    const issued = events.find((each) => each.type === 'CommandIssued');
    expect(commandSchema.parse(issued?.data.command)).toMatchObject({
      action: 'deploy',
      rolloutId: 'ro1',
      wave: 1,
      from: previous,
      to: release,
      audience: ['n1', 'n2'],
      generation: 7,
    });
  });
  it('RAIL-7: commands nobody where there is no node', () => {
    const rollout = after(started('n1'));
    expect(decideStageCommand(rollout, rollout.declared, [], context)).toEqual([]);
  });
  it('has one command out at a time, and none for a node that was told', () => {
    const waiting = (...events: readonly Event[]): readonly string[] => {
      const rollout = after(started('n1', 'n2', 'n3'), ...events);
      return waitingNodes(rollout, rollout.declared);
    };
    expect(waiting()).toEqual(['n1', 'n2', 'n3']);
    expect(waiting(commanded('n1'))).toEqual([]);
    expect(waiting(commanded('n1'), updated('n1', 'done'))).toEqual([]);
    expect(waiting(commanded('n1'), updated('n1', 'done', check))).toEqual(['n2', 'n3']);
  });
});

describe('a node that was told to take a release', () => {
  const out = [started('n1'), commanded('n1')] as const;
  const answered = [...out, updated('n1', 'done')] as const;
  const seen = (good: number, bad: number) => ({ seenOf: () => ({ ...nothingSeen, probes: { good, bad } }) });

  it('R43: is not through by its own word: it waits for five probes', () => {
    const told = tell(out, { answers: [answer('n1', 'accepted'), answer('n1', 'done')] });
    expect(told.nodes).toMatchObject([{ nodeId: 'n1', status: 'done' }]);
    expect(told.nodes[0]).not.toHaveProperty('probes');
    expect(told.ended).toEqual([]);
    expect(tell(answered, seen(4, 0)).nodes).toEqual([]);
  });
  it.each([
    [5, 0, 'done'],
    [4, 1, 'done'],
    [3, 2, 'failed'],
    [8, 2, 'done'],
    [7, 3, 'failed'],
  ])('R43: with %i probes that pass and %i that do not is %s', (good, bad, status) => {
    const { nodes, ended } = tell(answered, seen(good, bad));
    expect(nodes).toMatchObject([{ status, probes: good + bad, passed: good }]);
    expect(ended).toMatchObject([{ updateId: 'u-n1', isHealthy: status === 'done' }]);
  });
  it('R43: is judged by the health check of its answer, where that made five probes', () => {
    const told = (detail: string) => tell(out, { answers: [answer('n1', 'done', { detail })] }).nodes[0];
    expect(told('4 of 5 probes passed, at least 4 must')).toMatchObject({ status: 'done', probes: 5, passed: 4 });
    expect(told('3 of 5 probes passed')).toMatchObject({ status: 'failed', probes: 5, passed: 3 });
    const counted = tell(out, { answers: [answer('n1', 'done', { probes: 5, passed: 3 })] });
    expect(counted.nodes).toMatchObject([{ status: 'failed', probes: 5, passed: 3 }]);
    const starts = (passed: number) => answer('n1', 'running', { step: 'start', probes: 5, passed });
    expect(tell(out, { answers: [starts(5), answer('n1', 'done')] }).nodes).toMatchObject([
      { status: 'done', passed: 5 },
    ]);
    expect(tell(out, { answers: [starts(5)] }).nodes).toEqual([]);
    expect(tell(out, { answers: [starts(3)] }).nodes).toMatchObject([{ status: 'failed', passed: 3 }]);
    expect(told('1 of 1 probes passed')).not.toHaveProperty('probes');
  });
  it('that runs another release than it says has failed', () => {
    const answers = [answer('n1', 'done', previous)];
    expect(tell(out, { answers }).nodes).toMatchObject([
      { status: 'failed', detail: 'it answered done and runs v1+c1' },
    ]);
  });
  it('that failed or refused has failed, at once; the answer to another command is none', () => {
    for (const status of ['failed', 'refused'] as const)
      expect(tell(out, { answers: [answer('n1', status)] })).toMatchObject({
        nodes: [{ status: 'failed' }],
        ended: [{ isHealthy: false }],
      });
    expect(tell(out, { answers: [answer('n1', 'done', { commandId: 'c-0' })] }).nodes).toEqual([]);
  });
  it('R42: that does not answer within 30 s has failed', () => {
    const at = 1_000 + UPDATE_TIMEOUT_MS;
    expect(tell(out, { at: at - 1 }).nodes).toEqual([]);
    expect(tell(out, { at }).nodes).toMatchObject([{ status: 'timeout', detail: 'no answer within 30 s' }]);
  });
  it('that no prober asks is judged by its own outcomes, in time; by nothing it is not healthy', () => {
    const at = 1_000 + HEALTH_JUDGED_MS;
    const own = (good: number, bad: number) => ({ seenOf: () => ({ ...nothingSeen, own: { good, bad } }) });
    expect(tell(answered, { at: at - 1, ...own(100, 0) }).nodes).toEqual([]);
    expect(tell(answered, { at, ...own(80, 20) }).nodes).toMatchObject([{ status: 'done', probes: 0 }]);
    expect(tell(answered, { at, ...own(79, 21) }).nodes).toMatchObject([{ status: 'failed' }]);
    expect(tell(answered, { at, ...own(4, 0) }).nodes).toMatchObject([{ status: 'failed' }]);
  });
});

describe('a failed stage', () => {
  const names = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `n${index}`);
  const decide = (count: number, failed: number): readonly Event[] => {
    const failures = names(failed).map((nodeId) => updated(nodeId, 'failed', check));
    const rollout = after(started(...names(count)), commanded(...names(count)), ...failures);
    return decideFailedStage(rollout, rollout.declared, 9_000);
  };

  it('halts the rollout: one node of a canary is enough', () => {
    expect(decide(10, 0)).toEqual([]);
    expect(decide(99, 1)).toEqual([
      event('RolloutHalted', {
        rolloutId: 'ro1',
        because: 'stage canary: 1 of 99 nodes did not take it (at most 0), node n0: failed',
        at: 9_000,
      }),
    ]);
  });
  it('may lose one node of each hundred: a large fleet always has a dead machine', () => {
    expect([decide(200, 2).length, decide(200, 3).length]).toEqual([0, 1]);
  });
});
