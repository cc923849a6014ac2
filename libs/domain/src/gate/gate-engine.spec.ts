import { event, type GateSettings, streamOf } from '#contracts';
import type { RulePlay } from '../rule/rule-play.fixture.js';
import { stageGatesOf } from './stage-gates.js';
import { atS, CANARY, FLEET, gatePlay, NEW, OLD, STREAM, traffic } from './gate-play.fixture.js';

const HEALTHY = 0.0005;
const healthy = traffic(100, HEALTHY, HEALTHY);
const faulty = traffic(100, 0.77, HEALTHY);

const decided = (play: RulePlay) =>
  play.told.flatMap(({ afterS, event: { type, data } }) =>
    type === 'GateDecided' ? [[Math.floor(afterS), data.verdict, data.phase] as const] : [],
  );

/** The figures of the default canary, for its outcomes alone. */
const OUTCOMES: GateSettings = { failing: { healthy: 0.001, faulty: 0.003 } };

describe('the gate of a rollout', () => {
  it('B5, R33: a canary that fails 77 % is to be rolled back in three seconds, by the figures of its share', () => {
    const play = gatePlay().play(2, healthy);
    const from = play.second;
    play.play(10, faulty);
    expect(play.all('GateMeasured')[0]).toMatchObject({ judgedBy: { durationMs: 1_800_000 } });
    expect(decided(play)).toEqual([[from + 3, 'roll_back', 'baking']]);
    expect(play.all('GateDecided')[0]).toMatchObject({
      because: expect.stringMatching(/^cohort: 38.+ fail \(.+control: 0\.1/),
    });
  });

  it('B5: what it rests on is what the verdict was told with, not the measurement before it', () => {
    const play = gatePlay().play(2, healthy).play(10, faulty);
    const told = play.told.map(({ event: each }, position) => ({ position, event: each }));
    const [gate] = stageGatesOf(told);
    const { cohort, control, tests } = play.all('GateDecided')[0] ?? {};
    expect(gate).toMatchObject({ verdict: 'roll_back', measured: { cohort, control, tests } });
    expect(cohort?.bad).toBeGreaterThan(play.all('GateMeasured')[0]?.cohort.bad ?? Infinity);
  });

  it('R36: a fault that the control shares rolls nothing back', () => {
    const play = gatePlay()
      .play(2, healthy)
      .play(60, traffic(100, 0.5, 0.5));
    expect(decided(play)).toEqual([]);
    const tests = play.all('GateMeasured').at(-1)?.tests ?? [];
    expect(tests.slice(0, 2)).toMatchObject([{ verdict: 'roll_back' }, { verdict: 'need_more_data' }]);
  });

  it('RAIL-2: without a control it calls a person, once, and rolls nothing back', () => {
    const everywhere = FLEET.map((node) => ({ ...node, release: CANARY.release }));
    const play = gatePlay({ nodes: everywhere }).play(120, traffic(100, 0.77, HEALTHY, everywhere));
    expect(decided(play)).toEqual([]);
    expect(play.all('GateOverdue')).toMatchObject([{ stage: 'canary', lacking: 'control' }]);
    expect(play.all('IncidentOpened')).toMatchObject([{ rule: 'rollout_gate_overdue', severity: 'critical' }]);
  });

  it('RAIL-2: it calls for one that is halted as well: its nodes fail as before', () => {
    const everywhere = FLEET.map((node) => ({ ...node, release: CANARY.release }));
    const play = gatePlay({ nodes: everywhere }).play(2, traffic(100, HEALTHY, HEALTHY, everywhere));
    play.record(STREAM, event('RolloutHalted', { rolloutId: 'ro1', because: 'another', at: atS(play.second) }));
    play.play(120, traffic(100, 0.77, HEALTHY, everywhere));
    expect(play.of('rollout_gate_overdue').map(([, type]) => type)).toEqual(['AlertFired']);
  });

  it('R36: failures latch: whatever comes later, the verdict stays', () => {
    const play = gatePlay().play(5, faulty).play(120, healthy);
    play.record(
      STREAM,
      event('RolloutStageReached', { rolloutId: 'ro1', stage: 'all', nodes: [], at: atS(play.second) }),
    );
    play.play(120, healthy);
    expect(decided(play).map(([, verdict]) => verdict)).toEqual(['roll_back']);
  });

  it('R39: whose quarantine is lifted is judged anew: the old verdict speaks of no later rollout', () => {
    const play = gatePlay().play(5, faulty).play(20, healthy);
    expect(play.of('rollout_gate').map(([, type]) => type)).toEqual(['AlertFired']);
    const at = atS(play.second);
    const lifted = { service: 'dns', release: NEW, by: 'user:ana', comment: 'it was the cable', at };
    play.record(streamOf.release('dns', CANARY.release), event('QuarantineLifted', lifted));
    play.record(
      streamOf.rollout('ro2'),
      event('RolloutStarted', {
        rolloutId: 'ro2',
        service: 'dns',
        release: NEW,
        previous: OLD,
        stage: 'canary',
        nodes: [CANARY.nodeId],
        at,
      }),
    );
    play.play(20, healthy);
    expect(play.of('rollout_gate').map(([, type]) => type)).toEqual(['AlertFired', 'AlertResolved']);
    play.play(5, faulty);
    expect(play.all('GateDecided').map(({ rolloutId, verdict }) => [rolloutId, verdict])).toEqual([
      ['ro1', 'roll_back'],
      ['ro2', 'roll_back'],
    ]);
  });

  it('R36: is promoted when its duration has passed and its share is cleared, not before', () => {
    const play = gatePlay({ gate: OUTCOMES });
    play.play(300, traffic(100, 0, HEALTHY));
    expect(decided(play)).toEqual([[70, 'promote', 'baking']]);
  });

  it('R37: not below 2,297 queries, even without one failure; after twice its duration a person is called, once', () => {
    const play = gatePlay({ gate: OUTCOMES });
    play.play(220, traffic(10, 0, HEALTHY));
    expect(decided(play)).toEqual([]);
    expect(play.all('GateOverdue')).toMatchObject([{ stage: 'canary', lacking: 'answer' }]);
    expect(play.all('GateOverdue')[0]?.because).toContain('failing share not cleared');
    expect(play.of('rollout_gate_overdue').map(([, type]) => type)).toEqual(['AlertFired']);
    play.play(60, traffic(10, 0, HEALTHY));
    const promotedS = decided(play)[0]?.[0] ?? 0;
    // A slot is counted a second after it is over.
    const queries = (promotedS - 1 - 10) * 10;
    expect(queries).toBeGreaterThanOrEqual(2_297);
    expect(queries).toBeLessThan(2_297 + 20);
    expect(play.of('rollout_gate_overdue').map(([, type]) => type)).toEqual(['AlertFired', 'AlertResolved']);
  });

  it('R34: an open escalation of a customer blocks the promotion and stops nothing', () => {
    const play = gatePlay({ gate: { ...OUTCOMES, noCustomerEscalations: true } });
    const escalationId = 'es1';
    const of = { escalationId, customerId: 'c0', severity: 'warning' } as const;
    play.record('escalation-es1', event('CustomerEscalationOpened', { ...of, at: atS(11) }));
    play.play(100, traffic(100, 0, HEALTHY));
    expect(decided(play)).toEqual([]);
    play.record('escalation-es1', event('CustomerEscalationClosed', { escalationId, at: atS(110) }));
    play.play(5, traffic(100, 0, HEALTHY));
    expect(decided(play).map(([, verdict]) => verdict)).toEqual(['promote']);
  });

  it('R35: an impact score above the stage’s stops it, of customers whom no other release hurts', () => {
    const gate = { failing: { healthy: 0.03, faulty: 0.049 }, impactScoreMax: 50 };
    const hurt = (others: number) => {
      const play = gatePlay({ gate });
      return decided(play.play(60, traffic(100, 0.03, others))).map(([, verdict]) => verdict);
    };
    expect(hurt(HEALTHY)).toEqual(['roll_back']);
    expect(hurt(0.03)).toEqual([]);
  });

  it('R33: one customer of many that fails whole stops the canary, though outcomes together are well', () => {
    const play = gatePlay({ gate: { ...OUTCOMES, customerFailing: { healthy: 0.001, faulty: 0.003 } } });
    // One query in a thousand is c2's, and fails.
    play.play(120, (second) => [
      ...traffic(500, 0, 0)(second).map((each) => ({ ...each, customer: `c${second % 2}` })),
      { node: CANARY, good: 0, bad: second % 2, customer: 'c2' },
      { node: FLEET[1]!, good: 1, bad: 0, customer: 'c2' },
    ]);
    expect(decided(play).map(([, verdict]) => verdict)).toEqual(['roll_back']);
    expect(play.all('GateDecided')[0]?.because).toContain('its customers fail');
  });

  it('B4: a cohort that has gone silent is not promoted for what it said before', () => {
    const play = gatePlay({ gate: OUTCOMES });
    const withoutCanary = FLEET.slice(1);
    play.play(45, traffic(100, 0, HEALTHY)).play(60, traffic(100, 0, HEALTHY, withoutCanary));
    expect(decided(play)).toEqual([]);
  });

  it.each(['baking', 'approval', 'watch'] as const)(
    'B7, R36: a breach while %s is to be rolled back, once',
    (phase) => {
      const play = gatePlay({ gate: OUTCOMES });
      if (phase !== 'baking') play.play(70, traffic(100, 0, HEALTHY));
      if (phase === 'watch')
        play.record(STREAM, event('RolloutCompleted', { rolloutId: 'ro1', because: 'promoted', at: atS(play.second) }));
      play.play(10, faulty);
      play.record(STREAM, event('RolloutHalted', { rolloutId: 'ro1', because: 'breach', at: atS(play.second) }));
      play.play(10, faulty);
      expect(decided(play).filter(([, verdict]) => verdict === 'roll_back')).toMatchObject([
        [expect.any(Number), 'roll_back', phase],
      ]);
    },
  );

  it('R36: a fault of a rollout that is over is no matter of its gate', () => {
    const play = gatePlay();
    play.record(STREAM, event('RolloutEnded', { rolloutId: 'ro1', because: 'watched', at: atS(10) }));
    expect(decided(play.play(20, faulty))).toEqual([]);
  });
});
