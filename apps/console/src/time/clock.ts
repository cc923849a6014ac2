import { useEffect, useState } from 'react';

/** What the console takes of time and chance, so that a test can give both. */
export interface Clock {
  /** Epoch ms of this browser. */
  readonly now: () => number;
  /** Calls once, after so many ms; what it gives back takes that back. */
  readonly after: (ms: number, call: () => void) => () => void;
  /** From 0 up to 1. */
  readonly chance: () => number;
}

/** The clock of this browser: the one place where the console asks for the time. */
export const browserClock: Clock = {
  now: () => Date.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
  chance: () => Math.random(),
};

/** The time of this browser, anew each second: for what grows older before the eyes. */
export const useNow = (): number => {
  const [now, setNow] = useState(browserClock.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(browserClock.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
};
