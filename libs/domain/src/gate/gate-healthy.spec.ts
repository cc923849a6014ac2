import { DEFAULT_PLAN, type Stage } from '#contracts';
import { binomial, seededDraws } from './draws.js';
import { type SimulatedStage, simulateRun, simulateStage } from './simulate.js';

const [canary] = DEFAULT_PLAN.stages as [Stage, ...Stage[]];
/** What a healthy fleet fails (R6). */
const HEALTHY = 0.0005;
const RUNS = 1_000;

/** A cohort and its control, both well. */
const stageOf = (stage: Stage, qps: number, controlQps = 9 * qps): SimulatedStage => ({
  stage,
  failureRate: HEALTHY,
  qps,
  controlFailureRate: HEALTHY,
  controlQps,
  customers: 100,
});

describe('healthy rollouts', () => {
  /** The traffic of a fleet of 2,000 q/s in one place: who has the release and who has not. */
  const FLEET_QPS = 2_000;
  const inFleet = (stage: Stage): SimulatedStage => {
    const qps = (FLEET_QPS * stage.sharePercent) / 100;
    return stageOf(stage, qps, Math.min(9 * qps, FLEET_QPS - qps));
  };

  it('B6, R37: of 1,000 through all stages of the default pipeline at most 1 % are stopped', () => {
    const random = seededDraws(1);
    const stages = DEFAULT_PLAN.stages.map(inFleet);
    const ends = Array.from({ length: RUNS }, () => stages.map((stage) => simulateRun(stage, random).end));
    const stopped = ends.filter((each) => each.includes('stopped')).length;
    expect(stopped).toBeLessThanOrEqual(RUNS / 100);
    expect(ends.filter((each) => each.every((end) => end === 'promoted')).length).toBeGreaterThanOrEqual(0.98 * RUNS);
  });

  it('R38: plain thresholds are no gate: of healthy canaries 78 % fail one of 30 checks at 100 q/min', () => {
    const random = seededDraws(1);
    const failsOne = (perMinute: number): number => {
      const runs = Array.from({ length: RUNS }, () =>
        Array.from({ length: 30 }).some(() => binomial(perMinute, HEALTHY, random) >= 0.001 * perMinute),
      );
      return runs.filter(Boolean).length / RUNS;
    };
    expect(failsOne(100)).toBeCloseTo(0.78, 1);
    expect(failsOne(1_000)).toBeGreaterThan(0.99);
    expect(failsOne(100_000)).toBe(0);
    // The sequential test over the same half an hour, at 100 and 1,000 queries a minute.
    for (const qps of [100 / 60, 1_000 / 60]) {
      const { stopped } = simulateStage(stageOf(canary, qps), RUNS / 5, 1);
      expect(stopped).toBeLessThanOrEqual(1);
    }
  });
});
