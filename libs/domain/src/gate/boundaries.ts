import { GATE_ALPHA, GATE_BETA } from '#contracts';

/**
 * The evidence, in nats of log-likelihood, that stops a stage: ln((1 − β) / α) = 6.2 (Wald 1945). A healthy build crosses it with a
 * probability of at most α.
 */
export const STOP_NATS = Math.log((1 - GATE_BETA) / GATE_ALPHA);
/** The evidence that lets a stage pass: ln(β / (1 − α)) = −4.6. A faulty build crosses it with a probability of at most β. */
export const PROMOTE_NATS = Math.log(GATE_BETA / (1 - GATE_ALPHA));

/**
 * Evidence beyond one and a half times the boundary is not kept: what was an outage of cohort and control alike must not stand against
 * the build for hours after it.
 */
const KEPT_NATS = 1.5 * STOP_NATS;

/**
 * One step, a second of outcomes, brings less than what stops: a burst of one second, as one resolver that repeats its queries makes it,
 * stops nothing (a clipped likelihood ratio, Huber 1965). An outage takes two, also after hours of health.
 */
const STEP_NATS = 0.9 * STOP_NATS;

/**
 * Evidence after a step, reflected at the lower boundary (Page 1954): hours of health excuse no later fault. The study's failed 77 minutes
 * after its deploy.
 */
export const stepped = (nats: number, step: number): number => {
  const clipped = step > STEP_NATS ? STEP_NATS : step < -STEP_NATS ? -STEP_NATS : step;
  const next = nats + clipped;
  return next < PROMOTE_NATS ? PROMOTE_NATS : next > KEPT_NATS ? KEPT_NATS : next;
};
