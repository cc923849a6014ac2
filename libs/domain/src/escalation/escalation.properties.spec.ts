import type { Event, Policy } from '#contracts';
import fc from 'fast-check';
import { type Escalation, evolveEscalation, isLevelCall, isEscalationEvent } from './escalation.js';
import {
  decideEscalationDue,
  decideEscalationEnd,
  decideEscalationRaise,
  decideEscalationStart,
  decideHeld,
  decidePutOff,
} from './escalation.decide.js';
import { BEGUN_MS, planOf, policyOf, subjectOf } from './escalation.fixture.js';

type Step =
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'acknowledge' | 'resolve' }
  | { readonly do: 'snooze'; readonly ms: number }
  | { readonly do: 'worsen'; readonly score: number };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 900_000 }) }) },
    fc.record({ do: fc.constant('acknowledge' as const) }),
    fc.record({ do: fc.constant('snooze' as const), ms: fc.integer({ min: 1, max: 3_600_000 }) }),
    fc.record({ do: fc.constant('worsen' as const), score: fc.integer({ min: 0, max: 3_000 }) }),
    { weight: 1, arbitrary: fc.record({ do: fc.constant('resolve' as const) }) },
  ),
  { maxLength: 40 },
);

const policies: fc.Arbitrary<Policy> = fc
  .record({
    waits: fc.array(fc.integer({ min: 0, max: 900_000 }), { minLength: 1, maxLength: 4 }),
    repeats: fc.integer({ min: 0, max: 3 }),
    toLevel: fc.integer({ min: 1, max: 5 }),
    acknowledgedForMs: fc.option(fc.integer({ min: 0, max: 3_600_000 })),
  })
  .map(({ waits, repeats, toLevel, acknowledgedForMs }) =>
    policyOf({
      levels: waits.map((waitMs) => ({ call: [{ channel: 'pagerduty' }], waitMs })),
      repeats,
      acknowledgedForMs,
      raises: [{ impactScore: 1_000, toLevel }],
    }),
  );

/** An incident that is called for, as steps say; a clock looks once after each. */
class Play {
  readonly told: Event[] = [];
  escalation: Escalation | undefined;
  nowMs = BEGUN_MS;

  constructor(policy: Policy) {
    this.take(decideEscalationStart(planOf(policy), 'in1', subjectOf(), this.moment()));
  }

  /** Whoever is called is reached. */
  private moment() {
    return { atMs: this.nowMs, reaches: () => true };
  }

  take(events: readonly Event[]): void {
    for (const event of events) {
      if (isEscalationEvent(event)) this.escalation = evolveEscalation(this.escalation, event);
      this.told.push(event);
    }
  }

  step(step: Step): void {
    if (step.do === 'wait') this.nowMs += step.ms;
    if (step.do === 'acknowledge') this.take(decideHeld(this.escalation, 'alice', this.nowMs));
    if (step.do === 'snooze')
      this.take(decidePutOff(this.escalation, { by: 'alice', untilMs: this.nowMs + step.ms }, this.nowMs));
    if (step.do === 'worsen')
      this.take(decideEscalationRaise(this.escalation, subjectOf({ impactScore: step.score }), this.moment()));
    if (step.do === 'resolve') this.take(decideEscalationEnd(this.escalation, 'over', this.nowMs));
    this.take(decideEscalationDue(this.escalation, this.nowMs));
  }
}

const playOf = (policy: Policy, played: readonly Step[]): Play => {
  const play = new Play(policy);
  for (const step of played) play.step(step);
  return play;
};

/** The calls of each stretch in which nobody answered. */
const stretches = (told: readonly Event[]): readonly (readonly string[])[] => {
  const all: string[][] = [[]];
  for (const event of told) {
    if (event.type === 'EscalationPaused') all.push([]);
    if (isLevelCall(event)) all.at(-1)?.push(`${event.data.level}/${'round' in event.data ? event.data.round : 0}`);
  }
  return all;
};

describe('any escalation', () => {
  it('calls each level of each round once at most, until somebody answers', () => {
    fc.assert(
      fc.property(policies, steps, (policy, played) => {
        for (const calls of stretches(playOf(policy, played).told)) expect(new Set(calls).size).toBe(calls.length);
      }),
    );
  });

  it('says nothing after the end of its incident, and ends once', () => {
    fc.assert(
      fc.property(policies, steps, (policy, played) => {
        const types = playOf(policy, [...played, { do: 'resolve' }, ...played]).told.map(({ type }) => type);
        expect(types.indexOf('EscalationEnded')).toBe(types.length - 1);
      }),
    );
  });

  it('fires a timer once: a clock that looks again at the same moment finds nothing, where a level has time to answer', () => {
    const waiting = policies.map((policy) => ({
      ...policy,
      acknowledgedForMs: policy.acknowledgedForMs ?? 1,
      levels: policy.levels.map((level) => ({ ...level, waitMs: level.waitMs + 1 })),
    }));
    fc.assert(
      fc.property(waiting, steps, (policy, played) => {
        const play = playOf(policy, played);
        expect(decideEscalationDue(play.escalation, play.nowMs)).toEqual([]);
      }),
    );
  });

  it('never calls nobody for longer than a level may take, while nobody has answered and levels are left', () => {
    fc.assert(
      fc.property(policies, steps, (policy, played) => {
        const { escalation, nowMs } = playOf(policy, played);
        fc.pre(escalation?.state === 'running');
        const longestMs = Math.max(...policy.levels.map(({ waitMs }) => waitMs));
        expect(escalation?.state === 'running' && escalation.dueAtMs).toBeLessThanOrEqual(nowMs + longestMs);
      }),
    );
  });

  it('R45: without an answer level 2 is called within 5 minutes of the beginning, whenever the clock looks', () => {
    const looks = fc.array(fc.integer({ min: 1, max: 30_000 }), { minLength: 20, maxLength: 40 });
    fc.assert(
      fc.property(looks, (waits) => {
        const play = playOf(
          policyOf(),
          waits.map((ms) => ({ do: 'wait', ms })),
        );
        const seconds = play.told.flatMap((event) =>
          event.type === 'EscalationAdvanced' && event.data.level === 2 && event.data.round === 0
            ? [event.data.at]
            : [],
        );
        expect(seconds).toHaveLength(play.nowMs < BEGUN_MS + 240_000 ? 0 : 1);
        for (const at of seconds) expect(at).toBeLessThanOrEqual(BEGUN_MS + 300_000);
      }),
    );
  });
});
