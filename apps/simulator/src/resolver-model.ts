import type { Random } from './random.js';

/** The size of the model's name buffer; only lengths above it corrupt (C15). */
export const NAME_BUFFER_OCTETS = 256;
/** Share of a corrupted resolver's answers that are a wrong NXDOMAIN. */
export const CORRUPTED_NXDOMAIN = 0.7;
/** Share of health checks that a corrupted resolver passes. */
export const CORRUPTED_HEALTH_PASS = 0.3;

/** The state of the study's resolver model (R62): once corrupted it stays so until it is restarted. */
export interface ResolverState {
  readonly corrupted: boolean;
}

/** A resolver that was just started. */
export const startedResolver: ResolverState = { corrupted: false };

/**
 * One query. A name above 256 octets overruns the buffer and is itself still answered; what comes after fails 7 times of 10.
 * The bug is that no check stands before the copy.
 */
export const resolve = (
  state: ResolverState,
  nameOctets: number,
  random: Random,
): { readonly state: ResolverState; readonly rcode: 'NOERROR' | 'NXDOMAIN' } => {
  const failed = state.corrupted && random.next() < CORRUPTED_NXDOMAIN;
  return {
    state: state.corrupted || nameOctets > NAME_BUFFER_OCTETS ? { corrupted: true } : state,
    rcode: failed ? 'NXDOMAIN' : 'NOERROR',
  };
};

/** One health check: a sound resolver always passes, a corrupted one 3 times of 10, so one sample proves nothing (R43). */
export const healthCheck = (state: ResolverState, random: Random): boolean =>
  !state.corrupted || random.next() < CORRUPTED_HEALTH_PASS;
