import { DEFAULT_PLAN, type RolloutPlan } from '#contracts';
import { OPEN_ROLLOUTS_MAX, type OpenRollout, refuseDeclaration } from './declaration.decide.js';

const rollout = (rolloutId: string, configRev = 'c2', service = 'dns'): OpenRollout => ({
  rolloutId,
  service,
  release: { softwareVersion: 'v2', configRev },
});

const declare = (wanted: OpenRollout, open: readonly OpenRollout[], plan: RolloutPlan = DEFAULT_PLAN) =>
  refuseDeclaration({ ...wanted, plan }, open);

describe('a declaration beside other rollouts', () => {
  it('is taken when none brings the same release of the same service', () => {
    const others = [rollout('ro1', 'c9'), rollout('ro2', 'c2', 'web'), rollout('ro3')];
    expect(declare(rollout('ro3'), others)).toBeUndefined();
  });
  it('B20: is refused when one does: of two rollouts of a release neither could be blamed', () => {
    expect(declare(rollout('ro2'), [rollout('ro1')])).toMatchObject({
      refused: 'ROLLOUT_UNDER_WAY',
      detail: 'rollout ro1 brings v2+c2 of dns',
    });
  });
  it('is refused when as many are open as may be', () => {
    const open = Array.from({ length: OPEN_ROLLOUTS_MAX }, (_, index) => rollout(`ro${index}`, `c${index}`));
    expect(declare(rollout('new', 'new'), open.slice(1))).toBeUndefined();
    expect(declare(rollout('new', 'new'), open)).toMatchObject({ refused: 'ROLLOUTS_TOO_MANY' });
  });
  it('R40: is refused with a plan that begins too large, and says where', () => {
    const [canary, ...rest] = DEFAULT_PLAN.stages;
    if (canary === undefined) throw new Error('the default plan has a stage at least');
    const plan = { stages: [{ ...canary, sharePercent: 4 }, ...rest] };
    expect(declare(rollout('ro1'), [], plan)).toMatchObject({
      refused: 'PLAN_INVALID',
      at: '/plan/stages/0/sharePercent',
    });
  });
});
