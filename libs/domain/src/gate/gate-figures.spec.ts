import { DEFAULT_PLAN, type Stage } from '#contracts';
import { seededDraws } from './draws.js';
import { type SimulatedStage, simulateRun, simulateStage } from './simulate.js';

const [canary, early] = DEFAULT_PLAN.stages as [Stage, Stage];
/** What a healthy fleet fails (R6). */
const HEALTHY = 0.0005;
const RUNS = 1_000;

/** A cohort that is a tenth of the nodes of its PoPs, before a control that is well. */
const stageOf = (stage: Stage, qps: number, failureRate: number): SimulatedStage => ({
  stage,
  failureRate,
  qps,
  controlFailureRate: HEALTHY,
  controlQps: 9 * qps,
  customers: 100,
});

describe('the power of the canary', () => {
  it.each([
    ['0.5 %', 120, 0.005],
    ['1 %', 50, 0.01],
    ['77 %', 3, 0.77],
  ])('R37, B6: a build that fails %s at 20 q/s is stopped, within a median of %d s', (_text, seconds, failureRate) => {
    const { stopped, medianSecondsToStop } = simulateStage(stageOf(canary, 20, failureRate), RUNS, 1);
    expect(stopped).toBe(RUNS);
    expect(medianSecondsToStop).toBeLessThanOrEqual(seconds);
  });
});

/** Of 1,000 runs in hundreds: promoted, stopped, undecided at the end of the stage. */
const atEnd = (stage: Stage, qps: number, failureRate: number, runs = 200): readonly number[] => {
  const random = seededDraws(7);
  const seconds = stage.durationMs / 1_000;
  const ends = Array.from({ length: runs }, () => simulateRun(stageOf(stage, qps, failureRate), random, seconds).end);
  return (['promoted', 'stopped', 'undecided'] as const).map(
    (end) => ends.filter((each) => each === end).length / runs,
  );
};

describe('the verdicts at the end of a stage', () => {
  // The study's table was measured for the cohort alone, at 1 % for both errors; a stop needs the control as well here.
  it.each([
    ['canary', canary, 2, HEALTHY, [0.75, 0, 0.25], 0.1],
    ['canary', canary, 20, HEALTHY, [1, 0, 0], 0.01],
    ['canary', canary, 200, HEALTHY, [1, 0, 0], 0.01],
    // Some have just come back to even, and are promoted seconds later.
    ['canary', canary, 20, 0.001, [0.994, 0.006, 0], 0.06],
    ['canary', canary, 2, 0.005, [0, 0.98, 0.02], 0.1],
    ['canary', canary, 20, 0.005, [0, 1, 0], 0.01],
    ['canary', canary, 200, 0.005, [0, 1, 0], 0.01],
    ['canary', canary, 2, 0.01, [0, 1, 0], 0.02],
    ['canary', canary, 2, 0.77, [0, 1, 0], 0],
    ['early adopters', early, 2, HEALTHY, [0.8, 0.01, 0.19], 0.1],
    ['early adopters', early, 20, HEALTHY, [0.995, 0.005, 0], 0.035],
    ['early adopters', early, 2, 0.01, [0, 1, 0], 0.01],
    ['early adopters', early, 20, 0.01, [0, 1, 0], 0.01],
    ['early adopters', early, 200, 0.77, [0, 1, 0], 0],
  ] as const)(
    'R37: %s (%#): promoted, stopped and undecided are as measured',
    (_name, stage, qps, share, expected, by) => {
      const found = atEnd(stage, qps, share);
      for (const [index, each] of expected.entries()) expect(Math.abs(found[index]! - each)).toBeLessThanOrEqual(by);
    },
  );
});
