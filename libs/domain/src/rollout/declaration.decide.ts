import { type NewRollout, refuse, type Refusal, refuseAll, releaseName } from '#contracts';
import { checkPlan } from '../gate/check-plan.js';
import { GATES_MAX } from '../gate/gate-folds.js';
import type { Rollout } from './rollout.js';

/** Rollouts that are declared, run or are watched at the same time: as many as have their gates measured, so that each is armed to its end. */
export const OPEN_ROLLOUTS_MAX = GATES_MAX;

/** A rollout, as far as another one of its service cares. */
export type OpenRollout = Pick<Rollout, 'rolloutId' | 'service' | 'release'>;

/**
 * Why a rollout cannot be declared beside those that are declared, run or are watched: another one of its service brings the release already,
 * or as many are open as may be.
 */
const refuseBeside = (wanted: OpenRollout, open: readonly OpenRollout[]): Refusal | undefined => {
  const name = releaseName(wanted.release);
  const others = open.filter(({ rolloutId }) => rolloutId !== wanted.rolloutId);
  const same = others.find(({ service, release }) => service === wanted.service && releaseName(release) === name);
  if (same !== undefined)
    return refuse('ROLLOUT_UNDER_WAY', `rollout ${same.rolloutId} brings ${name} of ${same.service}`, '/release');
  if (others.length >= OPEN_ROLLOUTS_MAX)
    return refuse('ROLLOUTS_TOO_MANY', `${others.length} rollouts are open (at most ${OPEN_ROLLOUTS_MAX})`);
  return undefined;
};

/** Why a rollout cannot be declared now, besides what is known of its release: its plan (R40), and what others do. */
export const refuseDeclaration = (
  wanted: Pick<NewRollout, 'rolloutId' | 'service' | 'release' | 'plan'>,
  open: readonly OpenRollout[],
): Refusal | undefined => {
  const findings = checkPlan(wanted.plan);
  if (findings.length === 0) return refuseBeside(wanted, open);
  const errors = findings.map(({ path, message }) => ({ pointer: `/plan/${path.join('/')}`, detail: message }));
  return refuseAll('PLAN_INVALID', errors);
};
