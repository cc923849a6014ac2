import type { Tone } from './mark.js';

/** How a state of a circuit breaker is shown: of updates of a service, or of a receiver of messages. */
export const BREAKER_TONES: Readonly<Record<string, Tone>> = { closed: 'good', half_open: 'warn', open: 'bad' };
