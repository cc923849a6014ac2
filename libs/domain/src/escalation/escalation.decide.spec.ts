import { event } from '#contracts';
import { given } from '#testing';
import { evolveEscalation } from './escalation.js';
import {
  decideEscalationDue,
  decideEscalationEnd,
  decideEscalationRaise,
  decideEscalationStart,
  decideHeld,
  decidePutOff,
  decideUnreachedLevel,
  type Reaches,
} from './escalation.decide.js';
import { BEGUN_MS, planOf, policyOf, startedOf, subjectOf } from './escalation.fixture.js';

const MINUTE_MS = 60_000;
const advanced = (level: number, round: number, because: string, atMs: number, waitMs: number) =>
  event('EscalationAdvanced', { incidentId: 'in1', level, round, because, dueAtMs: atMs + waitMs, at: atMs });
/** Whoever is called is reached. */
const atOnce = (atMs: number) => ({ atMs, reaches: () => true });
const pausedBy = (by: string, untilMs: number | null, state: 'acknowledged' | 'snoozed' = 'acknowledged') =>
  event('EscalationPaused', { incidentId: 'in1', state, by, untilMs, at: BEGUN_MS + MINUTE_MS });

describe('the beginning of an escalation', () => {
  const decide = (plan = planOf(policyOf()), subject = subjectOf()) =>
    decideEscalationStart(plan, 'in1', subject, atOnce(BEGUN_MS));

  it('takes the policy that is for such an incident, before the one for everything else', () => {
    const other = policyOf({ policy: 'other' });
    const ofRegion = policyOf({ policy: 'east', when: { regions: ['us-east'], severities: ['critical'] } });
    expect(decide(planOf(other, ofRegion))).toMatchObject([{ data: { policy: { policy: 'east' }, level: 1 } }]);
    const elsewhere = subjectOf({ regions: ['eu-west'] });
    expect(decide(planOf(other, ofRegion), elsewhere)).toMatchObject([{ data: { policy: { policy: 'other' } } }]);
    expect(decide(planOf(ofRegion), elsewhere)).toEqual([]);
    // One that says of nothing what it is for, as JSON may, is for everything else and goes before none.
    const empty = policyOf({ policy: 'empty', when: {} });
    expect(decide(planOf(empty, ofRegion))).toMatchObject([{ data: { policy: { policy: 'east' } } }]);
  });

  it('tells apart what a policy is for by rule and service as well', () => {
    const ofRule = policyOf({ when: { rules: ['R18'] } });
    const ofService = policyOf({ when: { services: ['dns'] } });
    expect(decide(planOf(ofRule))).toEqual([]);
    expect(decide(planOf(ofRule), subjectOf({ rule: 'R18' }))).toHaveLength(1);
    expect(decide(planOf(ofService))).toHaveLength(1);
    expect(decide(planOf(ofService), subjectOf({ services: [] }))).toEqual([]);
  });

  it('calls the first level, and the next is due when that has not answered in its time', () => {
    expect(decide()).toEqual([startedOf()]);
  });

  it('R24: calls the level that the impact asks for at once, beside the first and all between, and says why', () => {
    const policy = policyOf({
      raises: [
        { impactScore: 1_000, toLevel: 3 },
        { severity: 'critical', toLevel: 2 },
      ],
    });
    const levelsOf = (...args: Parameters<typeof decide>) =>
      decide(...args).map(({ data: { level, because } }) => [level, because]);
    expect(levelsOf(planOf(policy))).toEqual([
      [1, 'policy dns'],
      [2, 'policy dns: critical'],
    ]);
    const hurt = decide(planOf(policy), subjectOf({ impactScore: 1_200 }));
    expect(hurt.map(({ data: { level } }) => level)).toEqual([1, 2, 3]);
    expect(hurt[2]).toMatchObject({
      type: 'EscalationRaised',
      data: { because: 'policy dns: impact score 1,200 ≥ 1,000', dueAtMs: BEGUN_MS + 600_000 },
    });
  });

  it('passes over a raised level that reaches nobody; where all do, the first has its time', () => {
    const policy = policyOf({ raises: [{ severity: 'critical', toLevel: 3 }] });
    const startOf = (reaches: Reaches) =>
      decideEscalationStart(planOf(policy), 'in1', subjectOf(), { atMs: BEGUN_MS, reaches });
    expect(startOf((call) => call.some((target) => 'vp' in target)).at(-1)).toMatchObject({
      data: { level: 3, because: 'policy dns: critical; level 1 reaches nobody; level 2 reaches nobody' },
    });
    expect(startOf(() => false)).toEqual([startedOf(policy)]);
  });

  it('goes no higher than the policy has levels', () => {
    const policy = policyOf({ raises: [{ priority: 'P0', toLevel: 9 }] });
    const levels = decide(planOf(policy), subjectOf({ priority: 'P0' })).map(({ data: { level } }) => level);
    expect(levels).toEqual([1, 2, 3]);
  });
});

describe('the timer of an escalation', () => {
  it('says nothing before it is due', () => {
    given(evolveEscalation, startedOf())
      .when((state) => decideEscalationDue(state, BEGUN_MS + 240_000 - 1))
      .thenNothing();
    given(evolveEscalation)
      .when((state) => decideEscalationDue(state, Infinity))
      .thenNothing();
  });

  it('R45: calls level 2 after 4 minutes without an answer', () => {
    const atMs = BEGUN_MS + 240_000;
    given(evolveEscalation, startedOf())
      .when((state) => decideEscalationDue(state, atMs))
      .thenEvents(advanced(2, 0, 'nobody of level 1 answered within 4m', atMs, 300_000));
  });

  it('goes through all levels again, as often as the policy says, and then says that nobody answered', () => {
    const third = advanced(3, 0, 'x', BEGUN_MS, 1);
    given(evolveEscalation, startedOf(), third)
      .when((state) => decideEscalationDue(state, BEGUN_MS + 1))
      .thenEvents(advanced(1, 1, 'nobody of level 3 answered within 10m; round 2 of 2', BEGUN_MS + 1, 240_000));
    given(evolveEscalation, startedOf(), advanced(3, 1, 'x', BEGUN_MS, 1))
      .when((state) => decideEscalationDue(state, BEGUN_MS + 1))
      .thenEvents(
        event('EscalationExhausted', {
          incidentId: 'in1',
          because: 'nobody of level 3 answered within 10m, and all levels were called 2 times',
          at: BEGUN_MS + 1,
        }),
      );
  });

  it('a step that was due while nobody looked gives the next level its whole time', () => {
    const lateMs = BEGUN_MS + 90 * MINUTE_MS;
    given(evolveEscalation, startedOf())
      .when((state) => decideEscalationDue(state, lateMs))
      .thenEvents(advanced(2, 0, 'nobody of level 1 answered within 4m', lateMs, 300_000));
  });
});

describe('an escalation that somebody answers', () => {
  const atMs = BEGUN_MS + MINUTE_MS;

  it('pauses for as long as the policy says, or until the incident is over', () => {
    given(evolveEscalation, startedOf())
      .when((state) => decideHeld(state, 'operator:alice', atMs))
      .thenEvents(pausedBy('operator:alice', atMs + 1_800_000));
    given(evolveEscalation, startedOf(policyOf({ acknowledgedForMs: null })))
      .when((state) => decideHeld(state, 'operator:alice', atMs))
      .thenEvents(pausedBy('operator:alice', null));
  });

  it('calls nobody while somebody has it, and the same level once more when that is over', () => {
    const untilMs = atMs + 1_800_000;
    given(evolveEscalation, startedOf(), pausedBy('operator:alice', untilMs))
      .when((state) => decideEscalationDue(state, untilMs - 1))
      .thenNothing();
    given(evolveEscalation, startedOf(), pausedBy('operator:alice', untilMs))
      .when((state) => decideEscalationDue(state, untilMs))
      .thenEvents(
        event('EscalationResumed', {
          incidentId: 'in1',
          level: 1,
          round: 0,
          because: 'operator:alice had it for 30m, and it is not over',
          dueAtMs: untilMs + 240_000,
          at: untilMs,
        }),
      );
    given(evolveEscalation, startedOf(), pausedBy('operator:alice', null))
      .when((state) => decideEscalationDue(state, Infinity))
      .thenNothing();
  });

  it('a snooze holds until its own end', () => {
    const untilMs = atMs + 600_000;
    given(evolveEscalation, startedOf())
      .when((state) => decidePutOff(state, { by: 'operator:alice', untilMs }, atMs))
      .thenEvents(pausedBy('operator:alice', untilMs, 'snoozed'));
    given(evolveEscalation, startedOf(), pausedBy('operator:alice', untilMs, 'snoozed'))
      .when((state) => decideEscalationDue(state, untilMs))
      .thenTypes('EscalationResumed');
  });

  it('takes an answer though all levels were called in vain', () => {
    const exhausted = event('EscalationExhausted', { incidentId: 'in1', because: 'nobody', at: atMs });
    given(evolveEscalation, startedOf(), exhausted)
      .when((state) => decideHeld(state, 'operator:alice', atMs))
      .thenTypes('EscalationPaused');
  });
});

describe('an escalation whose incident becomes worse', () => {
  const policy = policyOf({
    raises: [
      { dollarsPerMinute: 100_000, toLevel: 2 },
      { impactScore: 1_000, priority: 'P0', toLevel: 3 },
    ],
  });
  const worse = subjectOf({ dollarsPerMinute: 120_000 });

  it('calls the higher level at once', () => {
    given(evolveEscalation, startedOf(policy))
      .when((state) => decideEscalationRaise(state, worse, atOnce(BEGUN_MS + 5)))
      .thenEvents(
        event('EscalationRaised', {
          incidentId: 'in1',
          level: 2,
          round: 0,
          because: 'it became worse: $120,000 a minute ≥ $100,000',
          dueAtMs: BEGUN_MS + 5 + 300_000,
          at: BEGUN_MS + 5,
        }),
      );
  });

  it('not before every figure of a raise is reached, nor to a level that was called already', () => {
    given(evolveEscalation, startedOf(policy))
      .when((state) => decideEscalationRaise(state, subjectOf({ impactScore: 2_000 }), atOnce(BEGUN_MS)))
      .thenNothing();
    given(evolveEscalation, startedOf(policy), advanced(2, 0, 'x', BEGUN_MS, 1), advanced(1, 1, 'x', BEGUN_MS, 1))
      .when((state) => decideEscalationRaise(state, worse, atOnce(BEGUN_MS)))
      .thenNothing();
  });

  it('though somebody has it: what they answered for was less', () => {
    given(evolveEscalation, startedOf(policy), pausedBy('operator:alice', null))
      .when((state) =>
        decideEscalationRaise(state, subjectOf({ impactScore: 2_000, priority: 'P0' }), atOnce(BEGUN_MS)),
      )
      .thenTypes('EscalationRaised', 'EscalationRaised');
  });

  it('where no level that it asks for reaches anybody, is left to the timer, or else like each such level', () => {
    const alone = { atMs: BEGUN_MS, reaches: () => false };
    const worst = subjectOf({ impactScore: 2_000, priority: 'P0' });
    given(evolveEscalation, startedOf(policy))
      .when((state) => decideEscalationRaise(state, worst, alone))
      .thenNothing();
    const because = 'it became worse: P0, impact score 2,000 ≥ 1,000; level 1 reaches nobody; level 2 reaches nobody';
    const at = BEGUN_MS;
    given(evolveEscalation, startedOf(policy), pausedBy('operator:alice', null))
      .when((state) => decideEscalationRaise(state, worst, alone))
      .thenEvents(
        event('EscalationRaised', { incidentId: 'in1', level: 3, round: 0, because, dueAtMs: at + 600_000, at }),
      );
  });
});

describe('a level that reaches nobody', () => {
  const gap = { nobody: ['schedule primary names nobody'], isAnybodyCalled: false, tried: 1 };

  it('is left at once for the next, and that is said', () => {
    given(evolveEscalation, startedOf())
      .when((state) => [decideUnreachedLevel(state!, gap, BEGUN_MS)])
      .thenEvents(advanced(2, 0, 'level 1 reaches nobody: schedule primary names nobody', BEGUN_MS, 300_000));
  });

  it('as the highest, is left for the first while nobody was called at all', () => {
    given(evolveEscalation, startedOf(policyOf({ repeats: 0 }), 3))
      .when((state) => [decideUnreachedLevel(state!, gap, BEGUN_MS)])
      .thenEvents(advanced(1, 0, 'level 3 reaches nobody: schedule primary names nobody', BEGUN_MS, 240_000));
  });

  it('as the highest, after others were called, is as one that does not answer', () => {
    given(evolveEscalation, startedOf(policyOf({ repeats: 0 }), 3))
      .when((state) => [decideUnreachedLevel(state!, { ...gap, isAnybodyCalled: true }, BEGUN_MS)])
      .thenTypes('EscalationExhausted');
  });

  it('as the last of all that were tried, is the end', () => {
    given(evolveEscalation, startedOf())
      .when((state) => [decideUnreachedLevel(state!, { ...gap, tried: 3 }, BEGUN_MS)])
      .thenTypes('EscalationExhausted');
  });
});

describe('the end of an escalation', () => {
  const over = event('EscalationEnded', { incidentId: 'in1', because: 'its alert is resolved', at: BEGUN_MS });

  it('comes with that of the incident, once', () => {
    given(evolveEscalation, startedOf())
      .when((state) => decideEscalationEnd(state, 'its alert is resolved', BEGUN_MS))
      .thenEvents(over);
    given(evolveEscalation, startedOf(), over)
      .when((state) => decideEscalationEnd(state, 'again', BEGUN_MS))
      .thenNothing();
  });

  it('nothing is decided after it', () => {
    given(evolveEscalation, startedOf(), over)
      .when((state) => decideEscalationDue(state, Infinity))
      .thenNothing();
    given(evolveEscalation, startedOf(), over)
      .when((state) => decideHeld(state, 'operator:alice', BEGUN_MS))
      .thenNothing();
    given(evolveEscalation, startedOf(), over)
      .when((state) => decidePutOff(state, { by: 'a', untilMs: BEGUN_MS }, BEGUN_MS))
      .thenNothing();
    given(evolveEscalation, startedOf(), over)
      .when((state) => decideEscalationRaise(state, subjectOf(), atOnce(BEGUN_MS)))
      .thenNothing();
  });
});
