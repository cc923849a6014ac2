import { type CommandAnswer, COMMAND_TTL_MS, commandSchema, event, type Reason } from '#contracts';
import { given } from '#testing';
import { evolveRollback, type Rollback } from './rollback.js';
import { decideWaveStep, neededSuccess } from './wave.decide.js';
import type { SagaStep, WaveContext } from './wave-context.js';

const decided = event('RollbackDecided', {
  rollbackId: 'rb1',
  incidentId: 'i1',
  rolloutId: 'ro1',
  service: 'dns',
  from: { softwareVersion: 'v2', configRev: 'c2' },
  to: { softwareVersion: 'v1', configRev: 'c1' },
  waves: [['n2', 'n1'], ['n3']],
  trigger: { text: 'success 23 % < 95 % over 2m' } as Reason,
  evidence: [],
  rails: [],
  gap: { release: 20, control: 100 },
  at: 1_000,
});
const commanded = event('WaveCommanded', { rollbackId: 'rb1', wave: 1, generation: 7, commandId: 'c-1', at: 1_000 });
const answered = (nodeId: string, status = 'done') =>
  event('WaveAnswered', { rollbackId: 'rb1', wave: 1, nodeId, status, at: 4_000 });
const verified = event('WaveVerified', { rollbackId: 'rb1', wave: 1, because: 'x', at: 5_000 });

const repeated = event('WaveRepeated', { rollbackId: 'rb1', wave: 1, commandId: 'c-1', missing: 2, at: 61_000 });
const because = 'x';
const stopped = event('RollbackStopped', { rollbackId: 'rb1', because, at: 9_000 });
const completed = event('RollbackCompleted', { rollbackId: 'rb1', because, at: 9_000 });
const notified = event('StakeholdersNotified', { rollbackId: 'rb1', incidentId: 'i1', because, at: 9_250 });

const answer = (nodeId: string, status: CommandAnswer['status'], more: Partial<CommandAnswer> = {}): CommandAnswer => ({
  type: 'answer',
  nodeId,
  agentBootId: '1',
  atUs: 0,
  commandId: 'c-1',
  generation: 7,
  status,
  detail: '',
  ...more,
});
const sagaStep = (rollback: Rollback | undefined, context: Partial<WaveContext> = {}): SagaStep =>
  rollback === undefined
    ? { events: [] }
    : decideWaveStep(rollback, {
        at: 4_000,
        verifyMs: 10_000,
        generation: 7,
        answers: [],
        healthOf: () => ({ success: undefined, detail: 'too early' }),
        offBecause: undefined,
        strangerOf: () => undefined,
        recoveryOf: () => ({ verdict: 'unknown', reason: 'probers: unknown' }),
        isIncidentOpen: () => true,
        commandIdOf: (_, wave) => `c-${wave}`,
        sha256: () => '0'.repeat(64),
        ...context,
      });
const step =
  (context: Partial<WaveContext> = {}) =>
  (rollback: Rollback | undefined) =>
    sagaStep(rollback, context).events;
const after = (...events: Parameters<typeof evolveRollback>[1][]): Rollback | undefined =>
  events.reduce<Rollback | undefined>(evolveRollback, undefined);
const health = (success: number | undefined) => ({ healthOf: () => ({ success, detail: 'over 10s' }) });

describe('RAIL-14: a rollback while automation is off', () => {
  const offBecause = 'automation is off: we look first';

  it('commands no further wave, says what it waits for, and goes on when it is on again', () => {
    const all = [decided, commanded, answered('n1'), answered('n2'), verified] as const;
    expect(sagaStep(after(...all), { offBecause })).toEqual({
      events: [],
      trouble: { step: 'wait', text: 'wave 2 of 2 waits: automation is off: we look first' },
    });
    expect(step()(after(...all)).map(({ type }) => type)).toEqual(['WaveCommanded', 'CommandIssued']);
  });
  it('sends nothing again, and still takes answers', () => {
    const out = after(decided, commanded);
    expect(step({ at: 1_000 + COMMAND_TTL_MS / 2, offBecause })(out)).toEqual([]);
    expect(step({ answers: [answer('n1', 'done')], offBecause })(out)).toMatchObject([{ type: 'WaveAnswered' }]);
  });
  it('RAIL-11: undoes nothing that was brought to its nodes meanwhile', () => {
    const { events, trouble } = sagaStep(after(decided), { strangerOf: (_, nodes) => `${nodes[0] ?? ''} runs v3` });
    expect([events[0]?.type, trouble?.text]).toEqual(['RollbackStopped', 'wave 0: n2 runs v3']);
  });
});

describe('a wave', () => {
  it('R32: is commanded with a sorted explicit audience, a generation and an expiry', () => {
    const events = step()(evolveRollback(undefined, decided));
    expect(events.map(({ type }) => type)).toEqual(['WaveCommanded', 'CommandIssued']);
    const issued = events.find((each) => each.type === 'CommandIssued');
    expect(commandSchema.parse(issued?.data.command)).toMatchObject({
      audience: ['n1', 'n2'],
      generation: 7,
      wave: 1,
      expiresAtMs: 4_000 + COMMAND_TTL_MS,
    });
  });
  it('takes final answers of its own nodes to its own command, once', () => {
    const answers = [
      answer('n1', 'running'),
      answer('n1', 'done'),
      answer('n1', 'done'),
      answer('n9', 'done'),
      answer('n2', 'done', { commandId: 'c-0' }),
    ];
    given(evolveRollback, decided, commanded).when(step({ answers })).thenEvents(answered('n1'));
    given(evolveRollback, decided, commanded, answered('n1')).when(step({ answers })).thenNothing();
  });
  it('a node that failed or refused stops the rollback', () => {
    given(evolveRollback, decided, commanded)
      .when(step({ answers: [answer('n1', 'refused')] }))
      .thenTypes('WaveAnswered', 'RollbackStopped', 'ReleaseQuarantined');
  });
  it('R58: a node that says why it failed is quoted, without the output of its program, and the VP is called', () => {
    const why = 'x'.repeat(300);
    const detail = `the program ended with 2 ${why}${why}\n${why}`;
    const { events, trouble } = sagaStep(after(decided, commanded), {
      answers: [
        answer('n1', 'failed', { commandId: 'c-0', detail: 'of another command' }),
        answer('n1', 'failed', { detail }),
      ],
    });
    const said = events.find((each) => each.type === 'RollbackStopped')?.data.because ?? '';
    expect(said.startsWith('wave 1: node n1 answered failed: the program ended with 2 xxx')).toBe(true);
    expect(said.length).toBeLessThanOrEqual(500);
    expect(trouble).toEqual({ step: 'failed', text: said });
  });
  it('R58: each step of a node is told once and in order, its end with the last', () => {
    const answers = [
      answer('n1', 'accepted'),
      answer('n1', 'running', { step: 'stop' }),
      answer('n1', 'running', { step: 'deploy' }),
      answer('n1', 'running', { step: 'stop' }),
      answer('n1', 'running', { step: 'start', probes: 5, passed: 4 }),
      answer('n1', 'done', { step: 'verify', softwareVersion: 'v1', configRev: 'c1' }),
    ];
    const events = step({ answers })(after(decided, commanded));
    const told = events.map((each) => (each.type === 'WaveStepAnswered' ? each.data.step : each.type));
    expect(told).toEqual(['stop', 'deploy', 'start', 'verify', 'WaveAnswered']);
    expect(events[2]).toMatchObject({ data: { status: 'done', detail: '4 of 5 probes passed' } });
    const later = [decided, commanded, ...events] as Parameters<typeof after>;
    expect(step({ answers })(after(...later))).toEqual([]);
  });
  it.each([
    ['three of five probes', { probes: 5, passed: 3 }, '3 of 5 probes passed, at least 4 must'],
    ['one probe of one', { probes: 1, passed: 1 }, '1 of 5 probes passed, at least 4 must'],
    ['79 of 100 probes', { probes: 100, passed: 79 }, '79 of 100 probes passed, at least 80 must'],
  ])('R43, R58: a start with %s is a failed step: it stops the wave', (_, probes, text) => {
    const answers = [answer('n1', 'running', { step: 'start', ...probes })];
    const { events, trouble } = sagaStep(after(decided, commanded), { answers });
    expect(events.map(({ type }) => type)).toEqual([
      'WaveStepAnswered',
      'WaveAnswered',
      'RollbackStopped',
      'ReleaseQuarantined',
    ]);
    expect(events.slice(0, 2)).toMatchObject([{ data: { status: 'failed' } }, { data: { status: 'failed' } }]);
    expect(trouble).toEqual({ step: 'failed', text: `wave 1: node n1 failed to start: ${text}` });
  });
  it('RAIL-6: a node that says done and runs another release has failed', () => {
    const answers = [answer('n1', 'done', { softwareVersion: 'v2', configRev: 'c2' })];
    const { events, trouble } = sagaStep(after(decided, commanded), { answers });
    expect(events[0]).toMatchObject({ type: 'WaveAnswered', data: { nodeId: 'n1', status: 'failed' } });
    expect(trouble?.text).toBe('wave 1: node n1 answered failed: it runs v2+c2, not v1+c1');
  });
  it('RAIL-6: one whose telemetry says another release after its window has failed as well', () => {
    const foreign = 'node n1 answered done, and its telemetry says that it runs v2+c2';
    const wave = after(decided, commanded, answered('n1'), answered('n2'));
    const { trouble } = sagaStep(wave, { healthOf: () => ({ success: undefined, detail: '', foreign }) });
    expect(trouble).toEqual({ step: 'failed', text: `wave 1: ${foreign}` });
  });
  it('B8: without every answer in half of its life the command is sent again, once and under its id', () => {
    const at = 1_000 + COMMAND_TTL_MS / 2;
    given(evolveRollback, decided, commanded)
      .when(step({ at: at - 1 }))
      .thenNothing();
    given(evolveRollback, decided, commanded).when(step({ at })).thenEvents(repeated);
    given(evolveRollback, decided, commanded, repeated).when(step({ at })).thenNothing();
  });
  it('missing answers stop it when the command has expired, and the VP is called', () => {
    const at = 1_000 + COMMAND_TTL_MS;
    const wave = after(decided, commanded, answered('n1'), repeated);
    expect(step({ at: at - 1 })(wave)).toEqual([]);
    const { events, trouble } = sagaStep(wave, { at });
    expect(events.map(({ type }) => type)).toEqual(['RollbackStopped', 'ReleaseQuarantined']);
    expect(trouble).toEqual({ step: 'unconfirmed', text: 'wave 1: 1 of 2 nodes did not answer within 120 s' });
  });
  it('RAIL-9: is verified when half of the gap is closed, not by the answers', () => {
    const wave = [decided, commanded, answered('n1'), answered('n2')] as const;
    given(evolveRollback, ...wave)
      .when(step())
      .thenNothing();
    given(evolveRollback, ...wave)
      .when(step(health(59.9)))
      .thenNothing();
    given(evolveRollback, ...wave)
      .when(step(health(60)))
      .thenTypes('WaveVerified');
  });
  it('R59: is not verified while probers say the opposite of its telemetry; what they do not know refuses nothing', () => {
    const wave = after(decided, commanded, answered('n1'), answered('n2'));
    const bad = { verdict: 'not_recovered', reason: 'probers: not recovered' } as const;
    expect(step({ ...health(100), recoveryOf: () => bad })(wave)).toEqual([]);
    const at = 4_000 + 120_000;
    expect(sagaStep(wave, { ...health(100), recoveryOf: () => bad, at }).trouble?.step).toBe('ineffective');
    const [verified] = step(health(100))(wave);
    expect(verified).toMatchObject({
      type: 'WaveVerified',
      data: { because: expect.stringMatching(/probers: unknown$/) },
    });
  });
  it('RAIL-9: one that does not help stops two minutes after the restart, one that nobody reports of is unconfirmed', () => {
    const at = 4_000 + 120_000;
    const wave = after(decided, commanded, answered('n1'), answered('n2'));
    expect(step({ at: at - 1, ...health(23) })(wave)).toEqual([]);
    expect(sagaStep(wave, { at, ...health(23) }).trouble?.step).toBe('ineffective');
    expect(sagaStep(wave, { at, ...health(undefined) }).trouble?.step).toBe('unconfirmed');
  });
  it.each([
    ['half of what it can be told by', { release: 20, control: 100 }, 60],
    ['no worse than before where there was none', { release: 99.95, control: 99.95 }, 98.95],
    ['no worse than the worse where the release is better', { release: 100, control: 99 }, 98],
  ])('RAIL-9: the gap that a wave must close is %s', (_, gap, needed) => {
    expect(neededSuccess(gap)).toBeCloseTo(needed, 6);
  });
  it('R30, R39: after the last wave: quarantine, the end, the end of the rollout; in the next tick who has a stake is told, once', () => {
    const last = { ...commanded, data: { ...commanded.data, wave: 2, commandId: 'c-2' } };
    given(evolveRollback, decided, commanded, verified).when(step()).thenTypes('WaveCommanded', 'CommandIssued');
    const end = [decided, commanded, verified, last, verified] as const;
    given(evolveRollback, ...end)
      .when(step({ at: 5_000 }))
      .thenNothing();
    given(evolveRollback, ...end)
      .when(step({ at: 5_250 }))
      .thenTypes('ReleaseQuarantined', 'RollbackCompleted', 'RolloutRolledBack');
    given(evolveRollback, ...end, completed)
      .when(step({ at: 9_000 }))
      .thenNothing();
    given(evolveRollback, ...end, completed)
      .when(step({ at: 9_250 }))
      .thenTypes('StakeholdersNotified');
    given(evolveRollback, ...end, completed)
      .when(step({ at: 9_250, isIncidentOpen: () => false }))
      .thenNothing();
    given(evolveRollback, ...end, completed, notified)
      .when(step({ at: 9_500 }))
      .thenNothing();
  });
  it('R30: after a stop who has a stake is told, and there is no further wave', () => {
    given(evolveRollback, decided, commanded, stopped)
      .when(step({ answers: [answer('n1', 'done')], at: 1e9 }))
      .thenTypes('StakeholdersNotified');
    given(evolveRollback, decided, commanded, stopped, notified)
      .when(step({ answers: [answer('n1', 'done')], at: 1e9 }))
      .thenNothing();
  });
});
