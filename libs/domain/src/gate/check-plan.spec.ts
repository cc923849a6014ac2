import { DEFAULT_PLAN, type RolloutPlan, rolloutPlanSchema, type Stage } from '#contracts';
import { checkPlan } from './check-plan.js';
import { nodesOfShare } from './judged-by.js';

const [canary, early, ...waves] = DEFAULT_PLAN.stages as [Stage, Stage, ...Stage[]];
const stagesOf = (shares: readonly number[]): RolloutPlan => ({
  stages: shares.map((sharePercent, index) => ({ ...canary, name: `stage-${index}`, sharePercent })),
});

describe('a plan', () => {
  it('R33, R34, R35: the default one is allowed', () => {
    expect(rolloutPlanSchema.parse(DEFAULT_PLAN)).toEqual(DEFAULT_PLAN);
    expect(checkPlan(DEFAULT_PLAN)).toEqual([]);
  });

  it.each([
    ['R40: 25 % at once, as in the study', [25, 100], ['at most 1 %', 'at most 5 %']],
    ['R40: a canary above 1 %', [2, 5, 25, 45, 65, 85, 100], ['at most 1 %']],
    ['R40: early adopters above 5 %', [1, 6, 26, 46, 66, 86, 100], ['at most 5 %']],
    ['R40: a wave of more than 20 points', [1, 5, 26, 46, 66, 86, 100], ['at most 20 points']],
    ['R40: a share that does not rise', [1, 5, 5, 25, 45, 65, 85, 100], ['more than the 5 %']],
    ['R40: a plan that ends before 100 %', [1, 5, 25, 45, 65], ['100 % of the last stage']],
  ])('%s is refused', (_what, shares, expected) => {
    const messages = checkPlan(stagesOf(shares)).map(({ message }) => message);
    for (const text of expected) expect(messages.filter((message) => message.includes(text))).not.toEqual([]);
    for (const message of messages) expect(expected.some((text) => message.includes(text))).toBe(true);
  });

  it('R40: the same shares in steps of 20 points are allowed', () => {
    expect(checkPlan(stagesOf([1, 5, 25, 45, 65, 85, 100]))).toEqual([]);
    expect(checkPlan(stagesOf([0.1, 0.3, 20.3, 40.3, 60.3, 80.3, 100]))).toEqual([]);
  });

  it('R40: a stage without a gate, or with one that lets anything pass, is refused', () => {
    const { gate: _gate, ...bare } = canary;
    expect(rolloutPlanSchema.safeParse({ stages: [bare, early, ...waves] }).success).toBe(false);
    const blind: Stage = { ...canary, gate: { failing: { healthy: 0.4, faulty: 0.45 } } };
    expect(checkPlan({ stages: [blind, early, ...waves] })).toMatchObject([
      { path: ['stages', 0, 'gate', 'failing', 'faulty'] },
    ]);
  });

  it('names a stage once', () => {
    const again = { ...early, name: canary.name };
    expect(checkPlan({ stages: [canary, again, ...waves] })).toMatchObject([{ path: ['stages', 1, 'name'] }]);
  });

  it.each([
    [1, 10, 1],
    [1, 100, 1],
    [1, 101, 2],
    [5, 4, 1],
    [20, 4, 1],
    [40, 4, 2],
    [100, 4, 4],
  ])('%d %% of %d nodes are %d: rounded up to whole ones', (sharePercent, nodes, expected) => {
    expect(nodesOfShare(sharePercent, nodes)).toBe(expected);
  });
});
