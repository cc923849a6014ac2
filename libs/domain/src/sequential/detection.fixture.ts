import { wilsonLowerBound } from '../impact/wilson.js';
import { zOf } from '../signal/confidence.js';
import { FAILURE_NATS, SUCCESS_NATS, THRESHOLD_NATS } from './likelihood.js';
import { HealthyCell, poisson, quantile, seeded, TestedCell, TICKS_PER_S } from './simulated-cell.fixture.js';

const { floor } = Math;

/** A fault of a cell. */
export interface Fault {
  readonly qps: number;
  /** Share of outcomes that fail, 0..1. */
  readonly failing: number;
}

/** Seconds after the first failure. */
export interface Delays {
  readonly p50: number;
  readonly p99: number;
}

/** Healthy time before a fault: what the dispersion looks back at, and its gap. */
const BEFORE_TICKS = 140 * TICKS_PER_S;
/** A fault that was not found by then is not found. */
const GIVEN_UP_TICKS = 120 * TICKS_PER_S;
/** The healthy share of the cells in which faults are looked for: the worst one that is healthy. */
const HEALTHY = 0.003;

/** The bare sum of log-likelihoods, without dispersion, clipping or renewal. */
export class BareCusum {
  private nats = 0;

  observe(_tick: number, good: number, bad: number): void {
    this.nats = Math.max(0, this.nats + bad * FAILURE_NATS + good * SUCCESS_NATS);
  }

  isAlarming(): boolean {
    return this.nats > THRESHOLD_NATS;
  }
}

type Test = Pick<TestedCell, 'observe' | 'isAlarming'>;

/** Plays a fault that begins at some moment within a tick; seconds from its first failure to the tick that finds it. */
const delayOf = ({ qps, failing }: Fault, test: Test, random: () => number): number => {
  const cell = new HealthyCell(qps, HEALTHY, random);
  const begin = floor(random() * BEFORE_TICKS);
  const onset = begin + BEFORE_TICKS;
  for (let tick = begin; tick < onset; tick += 1) {
    cell.tick(tick);
    test.observe(tick, cell.good, cell.bad);
  }
  let [first, from] = [NaN, random()];
  for (let tick = onset; tick < onset + GIVEN_UP_TICKS; tick += 1) {
    const bad = poisson((qps * failing * (1 - from)) / TICKS_PER_S, random);
    const good = poisson((qps * (1 - failing * (1 - from))) / TICKS_PER_S, random);
    // The first of so many at random moments.
    if (bad > 0 && Number.isNaN(first)) first = tick + from + (1 - from) * (1 - (1 - random()) ** (1 / bad));
    from = 0;
    test.observe(tick, good, bad);
    if (test.isAlarming(tick)) return (tick + 1 - first) / TICKS_PER_S;
  }
  return Infinity;
};

/** How long it takes to find a fault, over so many of them. */
export const delaysOf = (fault: Fault, runs: number, newTest: () => Test = () => new TestedCell()): Delays => {
  const random = seeded(20_210_722);
  const delays = Array.from({ length: runs }, () => delayOf(fault, newTest(), random));
  return { p50: quantile(delays, 0.5), p99: quantile(delays, 0.99) };
};

/** Slots and limits of the exact window of R17: success < 99 % over a minute with confidence, on 100 outcomes and 10 failures at least. */
const WINDOW_TICKS = 60 * TICKS_PER_S;
const R17 = { failing: 0.01, outcomesMin: 100, failuresMin: 10, z: zOf(0.95) } as const;

/** Alarms of healthy cells. */
export interface FalseAlarms {
  readonly byTest: number;
  readonly byWindow: number;
}

/** Plays healthy cells of 1 to 1,000 outcomes a second that fail 0.05 to 0.3 %, for hours; counts the ticks that would page. */
export const healthyHours = (cells: number, hours: number, seed = 1): FalseAlarms => {
  const random = seeded(seed);
  let [byTest, byWindow] = [0, 0];
  for (let index = 0; index < cells; index += 1) {
    const [qps, failing] = [10 ** (3 * random()), 0.0005 * 6 ** random()];
    const [cell, test, window] = [new HealthyCell(qps, failing, random), new TestedCell(), new MinuteWindow()];
    const begin = floor(random() * 86_400) * TICKS_PER_S;
    for (let tick = begin; tick < begin + hours * 3_600 * TICKS_PER_S; tick += 1) {
      cell.tick(tick);
      test.observe(tick, cell.good, cell.bad);
      if (cell.bad === 0) window.add(tick, cell.good, 0);
      else {
        window.add(tick, cell.good, cell.bad);
        if (test.isAlarming(tick)) byTest += 1;
        if (window.isBreached()) byWindow += 1;
      }
    }
  }
  return { byTest, byWindow };
};

/** The last minute, tick by tick. */
class MinuteWindow {
  private readonly goods = new Float64Array(WINDOW_TICKS);
  private readonly bads = new Float64Array(WINDOW_TICKS);
  private good = 0;
  private bad = 0;

  add(tick: number, good: number, bad: number): void {
    const at = tick % WINDOW_TICKS;
    this.good += good - this.goods[at]!;
    this.bad += bad - this.bads[at]!;
    this.goods[at] = good;
    this.bads[at] = bad;
  }

  isBreached(): boolean {
    const { good, bad } = this;
    if (bad < R17.failuresMin || good + bad < R17.outcomesMin) return false;
    return wilsonLowerBound(bad, good + bad, R17.z) > R17.failing;
  }
}
