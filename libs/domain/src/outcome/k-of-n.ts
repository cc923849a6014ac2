/** Probes of one health check: with fewer, one lost packet decides; with more, a restart waits longer for the same verdict. */
export const HEALTH_PROBES = 5;
/** Of those, the ones that must pass: a node that passes 30 % of the time passes 3.1 % of the checks, a single probe 30 %. */
export const HEALTH_PASSES_MIN = 4;

/** What a health check says of a node. */
export interface Health {
  readonly isHealthy: boolean;
  readonly because: string;
}

/**
 * Whether a node is healthy by `k` of `n` probes, never by one: a corrupted node may answer well now and then. A probe that was
 * not made did not pass.
 */
export const decideHealth = (passes: number, n = HEALTH_PROBES, k = HEALTH_PASSES_MIN): Health => {
  if (!(Number.isInteger(passes) && 0 <= passes && passes <= n && 1 <= k && k <= n))
    throw new Error(`health: ${passes} passes of ${n} probes, ${k} needed`);
  return { isHealthy: passes >= k, because: `${passes} of ${n} probes passed, at least ${k} must` };
};
