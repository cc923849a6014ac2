import { type CommandAnswer, COMMAND_TTL_MS, commandSchema, event, type Reason } from '#contracts';
import { given } from '#testing';
import { evolveRollback, type Rollback } from './rollback.js';
import { decideWaveStep, type WaveContext } from './wave.decide.js';

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

const answer = (nodeId: string, status: CommandAnswer['status'], commandId = 'c-1'): CommandAnswer => ({
  type: 'answer',
  nodeId,
  agentBootId: '1',
  atUs: 0,
  commandId,
  generation: 7,
  status,
  detail: '',
});
const step =
  (context: Partial<WaveContext> = {}) =>
  (rollback: Rollback | undefined) =>
    rollback === undefined
      ? []
      : decideWaveStep(rollback, {
          at: 4_000,
          verifyMs: 10_000,
          generation: 7,
          answers: [],
          healthOf: () => ({ success: undefined, detail: 'too early' }),
          commandIdOf: (_, wave) => `c-${wave}`,
          sha256: () => '0'.repeat(64),
          ...context,
        });
const health = (success: number | undefined) => ({ healthOf: () => ({ success, detail: 'over 10s' }) });

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
      answer('n2', 'done', 'c-0'),
    ];
    given(evolveRollback, decided, commanded).when(step({ answers })).thenEvents(answered('n1'));
    given(evolveRollback, decided, commanded, answered('n1')).when(step({ answers })).thenNothing();
  });
  it('a node that failed or refused stops the rollback', () => {
    given(evolveRollback, decided, commanded)
      .when(step({ answers: [answer('n1', 'refused')] }))
      .thenTypes('WaveAnswered', 'RollbackStopped');
  });
  it('a node that says why it failed is quoted, without the output of its program', () => {
    const why = 'x'.repeat(300);
    const detail = `the program ended with 2 ${why}${why}\n${why}`;
    const [, stopped] = step({
      answers: [
        { ...answer('n1', 'failed', 'c-0'), detail: 'of another command' },
        { ...answer('n1', 'failed'), detail },
      ],
    })([decided, commanded].reduce<Rollback | undefined>(evolveRollback, undefined));
    const because = stopped?.type === 'RollbackStopped' ? stopped.data.because : '';
    expect(because.startsWith('wave 1: node n1 answered failed: the program ended with 2 xxx')).toBe(true);
    expect(because.length).toBeLessThanOrEqual(500);
  });
  it('missing answers stop it when the command has expired', () => {
    const at = 1_000 + COMMAND_TTL_MS;
    given(evolveRollback, decided, commanded, answered('n1'))
      .when(step({ at: at - 1 }))
      .thenNothing();
    given(evolveRollback, decided, commanded, answered('n1')).when(step({ at })).thenTypes('RollbackStopped');
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
  it('RAIL-9: one that does not help stops at its deadline', () => {
    const at = 4_000 + 20_000 + COMMAND_TTL_MS;
    const wave = [decided, commanded, answered('n1'), answered('n2')] as const;
    given(evolveRollback, ...wave)
      .when(step({ at: at - 1, ...health(23) }))
      .thenNothing();
    given(evolveRollback, ...wave)
      .when(step({ at, ...health(23) }))
      .thenTypes('RollbackStopped');
  });
  it('the last one verified completes the rollback and the rollout', () => {
    const last = { ...commanded, data: { ...commanded.data, wave: 2, commandId: 'c-2' } };
    given(evolveRollback, decided, commanded, verified).when(step()).thenTypes('WaveCommanded', 'CommandIssued');
    given(evolveRollback, decided, commanded, verified, last, verified)
      .when(step())
      .thenTypes('RollbackCompleted', 'RolloutRolledBack');
  });
  it('after a stop there is no further wave', () => {
    const stopped = event('RollbackStopped', { rollbackId: 'rb1', because: 'x', at: 9 });
    given(evolveRollback, decided, commanded, stopped)
      .when(step({ answers: [answer('n1', 'done')], at: 1e9 }))
      .thenNothing();
  });
});
