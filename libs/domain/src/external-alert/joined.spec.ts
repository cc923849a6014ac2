import { event, type ExternalAlertSignal, streamOf } from '#contracts';
import { answering, RulePlay } from '../rule/rule-play.fixture.js';
import { JOINED_EVERY_MS } from './joined.decide.js';

const HEALTHY = answering(100, 0);
const EVERY_S = JOINED_EVERY_MS / 1_000;

const down = (node: string, changes: Partial<ExternalAlertSignal> = {}): ExternalAlertSignal => ({
  type: 'external_alert',
  source: 'alertmanager',
  dedupKey: node,
  action: 'trigger',
  severity: 'critical',
  name: 'InstanceDown',
  region: 'us-east',
  summary: `${node} does not answer`,
  labels: {},
  links: [],
  atUs: 1,
  ...changes,
});
const downs = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, each) => down(`n${from + each}`));

/** One that fell, and nothing else for as long as nothing is told. */
const fell = () => new RulePlay({ rules: [] }).play(5, HEALTHY).say(down('n1')).play(EVERY_S, HEALTHY);

const incidentIdOf = (played: RulePlay): string => played.all('IncidentOpened')[0]?.incidentId ?? '';

const acknowledged = (played: RulePlay, at: number): RulePlay => {
  const incidentId = incidentIdOf(played);
  played.record(
    streamOf.incident(incidentId),
    event('IncidentAcknowledged', { incidentId, by: 'alice', note: '', at }),
  );
  return played;
};
const nowOf = ({ nextTick }: RulePlay): number => nextTick * 250;

/** What the page was told of: the alert, and why. */
const tellings = (played: RulePlay): readonly (string | undefined)[] =>
  played.all('AlertJoinedIncident').flatMap(({ widens }) => (widens === undefined ? [] : [widens.reason]));
const calls = (played: RulePlay): readonly (number | undefined)[] =>
  played.all('IncidentEscalated').map(({ joined }) => joined?.count);

describe('critical alerts of another system that join an incident', () => {
  it('B19: are told, the first at once and the others together when five minutes are over', () => {
    const played = fell().say(down('n2')).play(1, HEALTHY);
    expect(tellings(played)).toEqual(['1 more, 2 in all; the last: n2 does not answer']);
    played.say(...downs(3, 50)).play(EVERY_S - 2, HEALTHY);
    expect(tellings(played)).toHaveLength(1);
    played.play(2, HEALTHY);
    expect(tellings(played).slice(1)).toEqual(['48 more, 50 in all; the last: n50 does not answer']);
    expect(played.all('IncidentOpened')).toHaveLength(1);
  });

  it('B19: call somebody anew when whoever has it answered for fewer, once, and again when they are twice as many', () => {
    const played = fell()
      .say(...downs(2, 3))
      .play(EVERY_S, HEALTHY);
    expect(calls(played)).toEqual([3]);
    played.say(down('n4')).play(EVERY_S, HEALTHY);
    expect([tellings(played).length, calls(played)]).toEqual([2, [3]]);
    acknowledged(played, nowOf(played)).say(down('n5')).play(EVERY_S, HEALTHY);
    expect(calls(played)).toEqual([3, 5]);
    played.say(down('n6')).play(EVERY_S, HEALTHY);
    expect(calls(played)).toEqual([3, 5]);
    played.say(...downs(7, 10)).play(EVERY_S, HEALTHY);
    expect(calls(played)).toEqual([3, 5, 10]);
  });

  it('B19: are not told when they are warnings, over, or muted; a warning that becomes critical is', () => {
    const played = fell()
      .say(down('n2', { severity: 'warning' }))
      .play(EVERY_S, HEALTHY);
    expect(tellings(played)).toEqual([]);
    played.say(down('n2')).play(1, HEALTHY);
    expect(tellings(played)).toEqual(['1 more, 2 in all; the last: n2 does not answer']);
    played.say(down('n3'), down('n3', { action: 'resolve' })).play(EVERY_S, HEALTHY);
    expect(tellings(played)).toHaveLength(1);
    const span = { startsAtMs: nowOf(played), endsAtMs: nowOf(played) + 3_600_000 };
    const silence = {
      silenceId: 's1',
      where: { rule: ['external:*'] },
      by: 'user:alice',
      comment: 'x',
      at: nowOf(played),
    };
    played.record(streamOf.silence('s1'), event('SilenceCreated', { ...silence, ...span }));
    played.say(down('n4')).play(EVERY_S, HEALTHY);
    expect(tellings(played)).toHaveLength(1);
  });

  it('a restart tells nothing twice', () => {
    const played = fell()
      .say(...downs(2, 4))
      .play(2, HEALTHY);
    const before = played.told.length;
    played.kill();
    played.play(10, HEALTHY);
    expect(played.told).toHaveLength(before);
  });
});

describe('an acknowledgement that comes from another system', () => {
  const acknowledge = down('n1', { action: 'acknowledge' });
  const policy = {
    policy: 'dns',
    levels: [{ call: [{ person: 'alice' }], waitMs: 60_000 }],
    repeats: 0,
    raises: [],
    acknowledgedForMs: 60_000,
  };
  const escalated = (played: RulePlay): void => {
    const incidentId = incidentIdOf(played);
    const at = nowOf(played);
    const level = { incidentId, level: 1, because: 'x', dueAtMs: null, at };
    played.record(streamOf.escalation(incidentId), event('EscalationStarted', { ...level, policy }));
    const paused = {
      incidentId,
      state: 'acknowledged',
      by: 'external:alertmanager',
      untilMs: at + 60_000,
      at,
    } as const;
    played.record(streamOf.escalation(incidentId), event('EscalationPaused', paused));
  };
  const ranOut = (played: RulePlay): void => {
    const incidentId = incidentIdOf(played);
    const level = { incidentId, level: 1, round: 0, because: 'x', dueAtMs: null, at: nowOf(played) };
    played.record(streamOf.escalation(incidentId), event('EscalationResumed', level));
  };
  const times = (played: RulePlay): number => played.all('IncidentAcknowledged').length;

  it('B19: counts once while somebody has it, and anew when that ran out, which a restart does not repeat', () => {
    const played = fell().say(acknowledge).play(1, HEALTHY);
    escalated(played);
    played.say(acknowledge).play(60, HEALTHY);
    expect(times(played)).toBe(1);
    ranOut(played);
    played.play(1, HEALTHY);
    played.kill();
    played.play(1, HEALTHY);
    expect(times(played)).toBe(1);
    played.say(acknowledge).play(1, HEALTHY);
    expect(times(played)).toBe(2);
    played.kill();
    played.play(1, HEALTHY);
    expect(times(played)).toBe(2);
  });
});
