import type { Clock, Rounds } from '#runtime';

/** Lets rounds run each so often, by the clock that ticks come from. */
export const every = (clock: Pick<Clock, 'nowMs'>, periodMs: number, rounds: Rounds): (() => void) => {
  let nextMs = clock.nowMs();
  return () => {
    if (clock.nowMs() < nextMs) return;
    nextMs = clock.nowMs() + periodMs;
    rounds.tick();
  };
};
