import type { Tone } from '../ui/mark.js';
import type { FallbackRow, RedirectRow } from './automation-document.js';

/** How a state of a redirect is shown. */
export const REDIRECT_TONES: Readonly<Record<RedirectRow['status'], Tone>> = {
  decided: 'warn',
  draining: 'warn',
  drained: 'warn',
  verified: 'good',
  resuming: 'warn',
  ended: 'still',
  refused: 'bad',
  stopped: 'bad',
};

/** How a state of a fallback is shown. */
export const FALLBACK_TONES: Readonly<Record<FallbackRow['status'], Tone>> = {
  decided: 'warn',
  running: 'good',
  stopped: 'bad',
  ended: 'still',
};
