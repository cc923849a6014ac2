import { type OutcomeBatch, VANTAGE } from '../outcome.js';
import { refuse, type Refusal } from '../problem.js';

/** A topic whose records are batches of outcomes. */
export type OutcomeTopic = 'telemetry.outcomes' | 'telemetry.probes';

/**
 * Why a batch does not belong into a topic; undefined when it does. What a prober says of a node must not be counted as what the
 * node says of itself, nor the other way round, and who looked must be known: the numbers of its batches are the observer's.
 */
export const refuseVantage = (
  topic: OutcomeTopic,
  { vantage, observerId }: Pick<OutcomeBatch, 'vantage' | 'observerId'>,
): Refusal | undefined => {
  if (topic === 'telemetry.outcomes')
    return vantage === VANTAGE.probe
      ? refuse('BODY_INVALID', 'outcomes of vantage probe belong to /v1/telemetry/probes', '/vantage')
      : undefined;
  if (vantage !== VANTAGE.probe) return refuse('BODY_INVALID', 'probes have the vantage probe', '/vantage');
  return observerId === '' ? refuse('BODY_INVALID', 'probes name who looked', '/observerId') : undefined;
};
