import fc from 'fast-check';
import { DEFAULT_PLAN, type GateSettings, type Stage } from '#contracts';
import { PROMOTE_NATS, STOP_NATS } from './boundaries.js';
import { GateSums, nothingCounted, type Stratum } from './gate-sums.js';
import { judge, type StageFacts, verdictAt } from './judge.js';

const [canary, early] = DEFAULT_PLAN.stages as [Stage, Stage];
const FACTS: StageFacts = { named: 1, live: 1, impact: 0, impactBeside: 0, escalations: 0 };
const sumsOf = (gate: GateSettings): GateSums => new GateSums(gate, nothingCounted(-1));
const stratum = (own: number, bad: number, others = 0, otherBad = 0): Stratum => ({
  cohort: { good: own - bad, bad },
  control: { good: others - otherBad, bad: otherBad },
});

/** Seconds of the same outcomes, from a slot on. */
const add = (sums: GateSums, seconds: number, ...strata: readonly Stratum[]): GateSums => {
  const from = sums.throughSlot + 1;
  for (let slot = from; slot < from + seconds; slot += 1) sums.addSlot(slot, strata);
  return sums;
};

describe('the boundaries of a stage', () => {
  it('R37: are 6.2 and −4.6 nats', () => {
    expect(STOP_NATS).toBeCloseTo(6.2, 1);
    expect(PROMOTE_NATS).toBeCloseTo(-4.6, 1);
  });

  it.each([
    ['canary', 2_297, canary],
    ['early adopter', 4_599, early],
  ])('R37: the %s is not cleared below %d queries, even without one failure', (_name, queries, { gate }) => {
    const sums = add(sumsOf(gate), queries - 1, stratum(1, 0));
    expect(sums.isFailingCleared).toBe(false);
    expect(add(sums, 1, stratum(1, 0)).isFailingCleared).toBe(true);
  });
});

describe('the test of the cohort', () => {
  it('R36: hours of health excuse no later fault: it takes no longer than after a minute', () => {
    const secondsAfter = (healthyS: number): number => {
      const sums = add(sumsOf(canary.gate), healthyS, stratum(20, 0, 180, 0));
      let seconds = 0;
      while (judge(canary.gate, sums, FACTS).stop === undefined) {
        add(sums, 1, stratum(20, seconds % 5 === 0 ? 1 : 0, 180, 0));
        seconds += 1;
      }
      return seconds;
    };
    expect(secondsAfter(20 * 3_600)).toBe(secondsAfter(180));
  });

  it('a burst of one second stops nothing; a second one does', () => {
    const sums = add(sumsOf(canary.gate), 1, stratum(1_000, 1_000, 9_000, 0));
    expect(judge(canary.gate, sums, FACTS).stop).toBeUndefined();
    expect(judge(canary.gate, add(sums, 1, stratum(1_000, 1_000, 9_000, 0)), FACTS).stop).toBe('failing');
  });

  it('what has come back to even after it was cleared is not cleared any more', () => {
    const sums = add(sumsOf(canary.gate), 200, stratum(20, 0, 180, 0));
    expect(sums.isFailingCleared).toBe(true);
    add(sums, 1, stratum(20, 4, 180, 0));
    expect(sums.isFailingCleared).toBe(true);
    expect(add(sums, 1, stratum(20, 1, 180, 0)).isFailingCleared).toBe(false);
  });

  it('R36: an outage of cohort and control alike does not stand against the build for hours after it', () => {
    const sums = add(sumsOf(canary.gate), 600, stratum(20, 15, 180, 135));
    expect(judge(canary.gate, sums, FACTS)).toEqual({ stop: undefined, isUncontrolled: false });
    // From the most that is kept to the boundary, at 0.002 nats a query, once the outage is out of the dispersion.
    expect(add(sums, 500, stratum(20, 0, 180, 0)).isFailingCleared).toBe(true);
  });

  it('failures that come in flocks say less each', () => {
    const flock = (sums: GateSums, second: number) => add(sums, 1, stratum(100, second % 20 === 0 ? 10 : 0, 900, 0));
    const even = (sums: GateSums, second: number) => add(sums, 1, stratum(100, second % 2 === 0 ? 1 : 0, 900, 0));
    const from = { ...nothingCounted(-1) };
    const [flocks, evens] = [new GateSums(canary.gate, from), new GateSums(canary.gate, from)];
    for (let second = 0; second < 130; second += 1) {
      flock(flocks, second);
      even(evens, second);
    }
    // As many failures in the next 20 s, and far from as much evidence.
    const gained = (sums: GateSums, next: typeof flock): number => {
      sums.failing = 0;
      for (let second = 140; second < 160; second += 1) next(sums, second);
      return sums.failing;
    };
    const plain = gained(evens, even);
    expect(plain).toBeGreaterThan(3);
    expect(gained(flocks, flock)).toBeLessThan(plain / 3);
  });
});

describe('the test against the control', () => {
  /** ln P(cohort's share of the failures | faulty) − ln P(… | alike), place by place, without what both have in common. */
  const oracle = (strata: readonly Stratum[], times: number): number =>
    strata.reduce((nats, { cohort, control }) => {
      const [own, others] = [cohort.good + cohort.bad, control.good + control.bad];
      if (own === 0 || others === 0) return nats;
      const alike = own / (own + others);
      const faulty = (times * own) / (times * own + others);
      return (
        nats +
        cohort.bad * (Math.log(faulty) - Math.log(alike)) +
        control.bad * (Math.log(1 - faulty) - Math.log(1 - alike))
      );
    }, 0);

  it('R36: is the likelihood ratio of where the failures fall, place by place', () => {
    const count = fc.integer({ min: 0, max: 3 });
    const anyStratum = fc
      .tuple(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 0, max: 500 }), count, count)
      .map(([own, others, bad, otherBad]) => stratum(own + bad, bad, others + otherBad, otherBad));
    fc.assert(
      fc.property(fc.array(anyStratum, { minLength: 1, maxLength: 4 }), (strata) => {
        const expected = oracle(strata, 3);
        fc.pre(Math.abs(expected) < 4);
        expect(sumsOf(canary.gate).against).toBe(0);
        expect(add(sumsOf(canary.gate), 1, ...strata).against).toBeCloseTo(expected, 9);
      }),
    );
  });

  it('PoPs that are worse than others for everybody say nothing against the build', () => {
    // The cohort has most of its traffic where everything is bad.
    const sums = add(sumsOf(canary.gate), 300, stratum(90, 9, 90, 9), stratum(10, 0, 900, 0));
    expect(sums.failing).toBeGreaterThan(STOP_NATS);
    expect(judge(canary.gate, sums, FACTS).stop).toBeUndefined();
  });

  it('RAIL-2: without one nothing is rolled back, and a person is wanted', () => {
    const sums = add(sumsOf(canary.gate), 20, stratum(100, 50));
    expect(judge(canary.gate, sums, FACTS)).toEqual({ stop: undefined, isUncontrolled: true });
  });

  it('RAIL-2: one that ended a minute ago is none', () => {
    const sums = add(sumsOf(canary.gate), 10, stratum(100, 0, 900, 0));
    add(sums, 50, stratum(100, 50));
    expect(judge(canary.gate, sums, FACTS).isUncontrolled).toBe(false);
    expect(judge(canary.gate, add(sums, 11, stratum(100, 50)), FACTS).isUncontrolled).toBe(true);
  });
});

describe('Kayenta’s case', () => {
  it('B6: failures of 1×10 in the control and 100×7, 1×3 in the canary do not pass', () => {
    // A Mann-Whitney test of ten samples each lets it pass: its interval is [0, 99].
    const sums = sumsOf(canary.gate);
    const verdicts = [100, 100, 100, 100, 100, 100, 100, 1, 1, 1].map((bad) =>
      verdictAt(canary, add(sums, 1, stratum(10_000, bad, 10_000, 1)), FACTS, canary.durationMs),
    );
    expect(verdicts).not.toContain('promote');
    // Failures latch, so the first of them is the last word.
    expect(verdicts.slice(0, 2)).toEqual(['need_more_data', 'roll_back']);
  });
});

describe('the test of customers', () => {
  const gate: GateSettings = {
    failing: { healthy: 0.001, faulty: 0.003 },
    customerFailing: { healthy: 0.001, faulty: 0.003 },
  };

  it('R33: is one over all of them: 10,000 healthy customers for 30 minutes stop nothing and are cleared', () => {
    const sums = sumsOf(gate);
    for (let minute = 0; minute < 30; minute += 1) {
      // Five of them have a bad minute: one query in ten fails.
      sums.addCustomers(0, 0, 9_995);
      sums.addCustomers(0.1, 0, 5);
      sums.endSpan();
    }
    expect(judge(gate, sums, FACTS).stop).toBeUndefined();
    expect(sums.isCustomersCleared).toBe(true);
  });

  it('R33: each weighs the same, however much it asks', () => {
    const failing = (share: number, times: number): number => {
      const sums = sumsOf(gate);
      sums.addCustomers(share, 0, times);
      sums.endSpan();
      return sums.customers;
    };
    expect(failing(1, 1)).toBeCloseTo(Math.log(3), 9);
    expect(failing(0, 1)).toBeCloseTo(Math.log(0.997 / 0.999), 9);
  });

  it('R36: customers who fail without the release as well stop nothing', () => {
    const stopOf = (other: number) => {
      const sums = sumsOf(gate);
      add(sums, 1, stratum(100, 0, 900, 0));
      for (let span = 0; span < 60; span += 1) {
        sums.addCustomers(1, other, 5);
        sums.endSpan();
      }
      return judge(gate, sums, FACTS).stop;
    };
    expect(stopOf(0)).toBe('customers');
    expect(stopOf(1)).toBeUndefined();
  });
});
