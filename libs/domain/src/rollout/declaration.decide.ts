import { refuse, type Refusal, releaseName } from '#contracts';
import type { Rollout } from './rollout.js';

/** Rollouts that are declared, run by a plan or are watched at the same time: each tick looks at all of them. */
export const OPEN_ROLLOUTS_MAX = 100;

/** A rollout, as far as another one of its service cares. */
export type OpenRollout = Pick<Rollout, 'rolloutId' | 'service' | 'release'>;

/**
 * Why a rollout cannot be declared beside those that are declared, run or are watched: another one of its service brings the release already,
 * or as many are open as may be.
 */
export const refuseBeside = (wanted: OpenRollout, open: readonly OpenRollout[]): Refusal | undefined => {
  const name = releaseName(wanted.release);
  const others = open.filter(({ rolloutId }) => rolloutId !== wanted.rolloutId);
  const same = others.find(({ service, release }) => service === wanted.service && releaseName(release) === name);
  if (same !== undefined)
    return refuse('ROLLOUT_UNDER_WAY', `rollout ${same.rolloutId} brings ${name} of ${same.service}`, '/release');
  if (others.length >= OPEN_ROLLOUTS_MAX)
    return refuse('ROLLOUTS_TOO_MANY', `${others.length} rollouts are open (at most ${OPEN_ROLLOUTS_MAX})`);
  return undefined;
};
