import { CUSUM_COLUMNS, type CusumReading, observeTick, readCusum, resetCusum } from './cusum.js';
import { THRESHOLD_NATS } from './likelihood.js';

// Looked up once: in the sandbox of jest every look at a global costs more than the sum.
const { cos, exp, floor, imul, log, max, min, PI, round, sin, sqrt } = Math;

/** Numbers in [0, 1) from a seed (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** Above it the Poisson distribution is as good as normal. */
const NORMAL_FROM = 60;

/** How many of many rare things happen. */
export const poisson = (mean: number, random: () => number): number => {
  if (mean > NORMAL_FROM) return max(0, round(mean + sqrt(mean) * normal(random)));
  const limit = exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
};

/** A standard normal number (Box and Muller). */
export const normal = (random: () => number): number => sqrt(-2 * log(1 - random())) * cos(2 * PI * random());

/** Ticks of a second, and of a day. */
export const TICKS_PER_S = 4;
const DAY_TICKS = 86_400 * TICKS_PER_S;
/** The rate of a cell between night and day, of its mean. */
const DIURNAL = 0.5;
/** How much the failing share of a healthy cell strays, on a scale of a minute, but not above 0.3 %; and from second to second. */
const STRAY = { sigma: 0.3, keepPerSecond: exp(-1 / 60), max: 0.003 } as const;
const JITTER = 0.5;
/** Share of failures that their client repeats within the tick. */
const RETRIED = 0.1;

/** A cell that is well: traffic as of a day, failures that come in flocks. One object is changed by each tick. */
export class HealthyCell {
  good = 0;
  bad = 0;
  private stray = 0;
  private share: number;

  constructor(
    private readonly qps: number,
    private readonly failing: number,
    private readonly random: () => number,
  ) {
    this.share = failing;
  }

  tick(tick: number): void {
    if (tick % TICKS_PER_S === 0) this.move();
    const rate = this.qps * (1 + DIURNAL * sin((2 * PI * tick) / DAY_TICKS));
    const n = poisson(rate / TICKS_PER_S, this.random);
    let bad = poisson((n * this.share) / (1 + RETRIED), this.random);
    bad += poisson(bad * RETRIED, this.random);
    this.bad = min(n, bad);
    this.good = n - this.bad;
  }

  private move(): void {
    const { keepPerSecond: keep, sigma } = STRAY;
    this.stray = keep * this.stray + sqrt(1 - keep * keep) * normal(this.random);
    const jitter = exp(JITTER * normal(this.random) - JITTER ** 2 / 2);
    this.share = jitter * min(STRAY.max, this.failing * exp(sigma * this.stray - sigma ** 2 / 2));
  }
}

/** The test of one cell, alone. */
export class TestedCell {
  private readonly data = new Float64Array(CUSUM_COLUMNS);

  constructor(readonly threshold = THRESHOLD_NATS) {
    resetCusum(this.data, 0);
  }

  observe(tick: number, good: number, bad: number): void {
    if (good + bad > 0) observeTick(this.data, 0, { tick, good, bad, threshold: this.threshold });
  }

  read(tick: number): CusumReading {
    return readCusum(this.data, 0, tick);
  }

  isAlarming(tick: number): boolean {
    return this.read(tick).nats > this.threshold;
  }
}

/** The value below which a share of sorted numbers lies. */
export const quantile = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[min(sorted.length - 1, floor(share * sorted.length))] ?? NaN;
};
