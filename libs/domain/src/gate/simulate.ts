import type { Stage } from '#contracts';
import { binomial, medianOf, seededDraws } from './draws.js';
import { SETTLE_MS, spanOf } from './gate-folds.js';
import { GateSums, nothingCounted } from './gate-sums.js';
import { type StageFacts, verdictAt } from './judge.js';

/** A stage, and the traffic that it gets. */
export interface SimulatedStage {
  readonly stage: Stage;
  /** Share of the cohort's outcomes that fail, 0..1. */
  readonly failureRate: number;
  /** Outcomes of the cohort, a second. */
  readonly qps: number;
  readonly controlFailureRate: number;
  /** 0 = there is no control. */
  readonly controlQps: number;
  /** Customers that share the traffic alike. */
  readonly customers: number;
}

/** How one run ended. */
export interface SimulatedRun {
  readonly end: 'stopped' | 'promoted' | 'undecided';
  /** From the first outcome to the decision; at the end of the run where there is none. */
  readonly seconds: number;
}

/** Times of the duration after which a run ends without an answer: then a person is called (R36). */
const DURATIONS = 2;

/** Nothing but outcomes is simulated. */
const FACTS: StageFacts = { named: 1, live: 1, impact: 0, impactBeside: 0, escalations: 0 };

/** What of a whole number of outcomes falls into a second, so that a rate that is none is met. */
const outcomesIn = (qps: number, second: number): number => Math.floor(qps * (second + 1)) - Math.floor(qps * second);

/** Failures of a span, customer by customer. */
class SimulatedCustomers {
  private readonly bad = new Map<number, [own: number, other: number]>();

  constructor(
    private readonly stage: SimulatedStage,
    private readonly random: () => number,
  ) {}

  count(own: number, other: number): void {
    for (let left = own + other; left > 0; left -= 1) {
      const customer = Math.floor(this.random() * this.stage.customers);
      const bad = this.bad.get(customer) ?? [0, 0];
      bad[left > other ? 0 : 1] += 1;
      this.bad.set(customer, bad);
    }
  }

  /** Tells the failing shares of a span that is over. */
  end(sums: GateSums, spanS: number): void {
    const { qps, controlQps, customers } = this.stage;
    const each = (rate: number): number => Math.max(1, (rate * spanS) / customers);
    const seen = Math.min(customers, Math.round(qps * spanS));
    const share = (bad: number, rate: number): number => Math.min(1, bad / each(rate));
    const isAlone = controlQps === 0;
    for (const [own, other] of this.bad.values())
      sums.addCustomers(share(own, qps), isAlone ? undefined : share(other, controlQps));
    sums.addCustomers(0, isAlone ? undefined : 0, Math.max(0, seen - this.bad.size));
    sums.endSpan();
    this.bad.clear();
  }
}

/** One run of a stage, second by second, to its verdict, or to so many seconds. */
export const simulateRun = (
  simulated: SimulatedStage,
  random: () => number,
  seconds = (DURATIONS * simulated.stage.durationMs) / 1_000,
): SimulatedRun => {
  const { stage, qps, failureRate, controlQps, controlFailureRate } = simulated;
  const sums = new GateSums(stage.gate, nothingCounted(-1));
  const customers = new SimulatedCustomers(simulated, random);
  const spanS = spanOf(simulated.customers);
  // One object for all seconds: a run has thousands.
  const place = { cohort: { good: 0, bad: 0 }, control: { good: 0, bad: 0 } };
  const places = [place];
  for (let second = 0; second < seconds; second += 1) {
    const [own, other] = [outcomesIn(qps, second), outcomesIn(controlQps, second)];
    const [bad, otherBad] = [binomial(own, failureRate, random), binomial(other, controlFailureRate, random)];
    [place.cohort.good, place.cohort.bad] = [own - bad, bad];
    [place.control.good, place.control.bad] = [other - otherBad, otherBad];
    sums.addSlot(second, places);
    if (stage.gate.customerFailing !== undefined) {
      customers.count(bad, otherBad);
      if ((second + 1) % spanS === 0) customers.end(sums, spanS);
    }
    const ageMs = (second + 1) * 1_000 + SETTLE_MS;
    const verdict = verdictAt(stage, sums, FACTS, ageMs);
    if (verdict === 'roll_back') return { end: 'stopped', seconds: ageMs / 1_000 };
    if (verdict === 'promote') return { end: 'promoted', seconds: ageMs / 1_000 };
  }
  return { end: 'undecided', seconds };
};

/** What so many runs came to. */
export interface Simulation {
  readonly runs: number;
  readonly stopped: number;
  readonly promoted: number;
  /** No answer after twice the duration: a person is called. */
  readonly undecided: number;
  /** Null where none was stopped. */
  readonly medianSecondsToStop: number | null;
  readonly medianSecondsToPromote: number | null;
}

/** Runs a stage so often, with numbers from a seed, by the tests and boundaries by which rollouts are judged. */
export const simulateStage = (simulated: SimulatedStage, runs: number, seed: number): Simulation => {
  const random = seededDraws(seed);
  const all = Array.from({ length: runs }, () => simulateRun(simulated, random));
  const secondsOf = (end: SimulatedRun['end']): readonly number[] =>
    all.filter((run) => run.end === end).map((run) => run.seconds);
  const [stopped, promoted] = [secondsOf('stopped'), secondsOf('promoted')];
  return {
    runs,
    stopped: stopped.length,
    promoted: promoted.length,
    undecided: runs - stopped.length - promoted.length,
    medianSecondsToStop: medianOf(stopped),
    medianSecondsToPromote: medianOf(promoted),
  };
};
