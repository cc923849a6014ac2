import { BareCusum } from './detection.fixture.js';
import { poisson, quantile, seeded, TestedCell, TICKS_PER_S } from './simulated-cell.fixture.js';

/** 1,000 outcomes a second, of which 0.1 % fail. */
const QPS = 1_000;
const FAILING = 0.001;

/** Failures on top, of one broken resolver, a flood of names that are not there, or retries of what failed. */
interface Bursts {
  readonly everyS: number;
  readonly ticks: number;
  readonly failuresPerTick: number;
}

type Test = Pick<TestedCell, 'observe' | 'isAlarming'>;

const isWithin = ({ everyS, ticks }: Bursts, tick: number): boolean => tick % (everyS * TICKS_PER_S) < ticks;

/** Plays a healthy cell with bursts for some time, from the tick of a minute on; answers whether it alarmed in it. */
const play = (tested: Test, bursts: Bursts, span: { readonly fromS: number; readonly toS: number }): boolean => {
  const random = seeded(7 + span.fromS);
  let isAlarmed = false;
  for (let tick = span.fromS * TICKS_PER_S; tick < span.toS * TICKS_PER_S; tick += 1) {
    const n = poisson(QPS / TICKS_PER_S, random);
    const extra = isWithin(bursts, tick) ? poisson(bursts.failuresPerTick, random) : 0;
    const bad = Math.min(n, poisson(n * FAILING, random));
    tested.observe(tick, n - bad, bad + extra);
    if (extra > 0 && tested.isAlarming(tick)) isAlarmed = true;
  }
  return isAlarmed;
};

/** Ticks until a share that fails is found, in a cell that has had its bursts. */
const ticksToFind = (tested: TestedCell, fromS: number, failing: number): number => {
  const random = seeded(11);
  for (let tick = fromS * TICKS_PER_S; tick < (fromS + 60) * TICKS_PER_S; tick += 1) {
    const bad = poisson((QPS * failing) / TICKS_PER_S, random);
    tested.observe(tick, QPS / TICKS_PER_S - bad, bad);
    if (tested.isAlarming(tick)) return tick + 1 - fromS * TICKS_PER_S;
  }
  return Infinity;
};

const NEVER: Bursts = { everyS: 20, ticks: 0, failuresPerTick: 0 };
/** 200 failures within 2 s, every 20 s. */
const STORMS: Bursts = { everyS: 20, ticks: 8, failuresPerTick: 25 };

describe('bursts of a healthy cell', () => {
  it('that last for a tick never alarm, however large they are; the bare sum does', () => {
    const flood: Bursts = { everyS: 30, ticks: 1, failuresPerTick: 5_000 };
    expect(play(new TestedCell(), flood, { fromS: 600, toS: 900 })).toBe(false);
    expect(play(new BareCusum(), flood, { fromS: 600, toS: 900 })).toBe(true);
  });

  it('of a tenth of the outcomes never alarm when they last for a second', () => {
    const short: Bursts = { everyS: 30, ticks: 4, failuresPerTick: 18 };
    expect(play(new TestedCell(), short, { fromS: 600, toS: 900 })).toBe(false);
    expect(play(new BareCusum(), short, { fromS: 600, toS: 900 })).toBe(true);
  });

  it('that are longer alarm until the dispersion knows them, and not from then on', () => {
    const tested = new TestedCell();
    expect(play(tested, NEVER, { fromS: 600, toS: 700 })).toBe(false);
    expect(play(tested, STORMS, { fromS: 700, toS: 760 })).toBe(true);
    expect(play(tested, STORMS, { fromS: 760, toS: 1_800 })).toBe(false);
    expect(play(new BareCusum(), STORMS, { fromS: 760, toS: 1_800 })).toBe(true);
  });

  it('cost delay: 1 s instead of half of one for an outage, below 12 s instead of 1.25 s for 10 % failing', () => {
    const after = (bursts: Bursts, failing: number): number => {
      const tested = new TestedCell();
      play(tested, bursts, { fromS: 600, toS: 795 });
      return ticksToFind(tested, 795, failing);
    };
    expect(after(NEVER, 0.77)).toBe(2);
    expect(after(STORMS, 0.77)).toBeLessThanOrEqual(4);
    expect(after(NEVER, 0.1)).toBe(5);
    expect(after(STORMS, 0.1)).toBeLessThanOrEqual(48);
  });

  it('by chance, in small cells, slow nothing down', () => {
    const delays = Array.from({ length: 200 }, (_unused, run) => {
      const [tested, random] = [new TestedCell(), seeded(run)];
      for (let tick = 2_400; tick < 3_180; tick += 1) {
        const n = poisson(100 / TICKS_PER_S, random);
        tested.observe(tick, n, poisson(n * FAILING, random));
      }
      let tick = 3_180;
      for (; !tested.isAlarming(tick - 1); tick += 1) {
        const bad = poisson((100 * 0.77) / TICKS_PER_S, random);
        tested.observe(tick, 25 - Math.min(25, bad), bad);
      }
      return tick - 3_180;
    });
    expect([quantile(delays, 0.5), quantile(delays, 0.99)]).toEqual([2, 2]);
  });
});
