import { useEffect, useState } from 'react';
import { browserClock } from './clock.js';

/** The beginning of the step of `stepMs` that a moment lies in. */
export const wholeOf = (at: number, stepMs: number): number => Math.floor(at / stepMs) * stepMs;

/** How often it is looked whether a step is over: the clock of a machine that slept goes on at once, and a timer does not. */
const LOOK_MS = 1_000;

/**
 * The time of this browser in whole steps, anew when the next one begins: what is asked by it stays the same for a step, and is asked
 * again after it, whether or not anything else on the page changes.
 */
export const useWhole = (stepMs: number): number => {
  const [whole, setWhole] = useState(() => wholeOf(browserClock.now(), stepMs));
  useEffect(() => {
    let stop: () => void;
    const look = (): void => {
      setWhole(wholeOf(browserClock.now(), stepMs));
      stop = browserClock.after(LOOK_MS, look);
    };
    look();
    return () => stop();
  }, [stepMs]);
  return whole;
};
