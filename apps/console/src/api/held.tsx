import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';
import { browserClock } from '../time/clock.js';
import { LiveContext } from './live-context.js';
import type { Live } from './live.js';

/** The page as it is held still. */
interface Held {
  /** Since when, in ms since the epoch by the clock of this browser. */
  readonly at: number;
  /** What had been pushed until then. */
  readonly live: Live;
}

interface Holding {
  readonly held: Held | null;
  readonly holdOrGoOn: () => void;
}

const HeldContext = createContext<Holding>({ held: null, holdOrGoOn: () => undefined });

/** Whether something is read: what a page that is held still shows stays as it is, and what it has nothing of is read all the same. */
export const isReadNow = (isHeld: boolean, isShown: boolean): boolean => !isHeld || !isShown;

/**
 * Lets whoever reads or speaks of the page hold it still. The line stays, and is still watched; what is shown is not read again meanwhile,
 * and what changed is read when it goes on.
 */
export const HeldProvider = ({ children }: { readonly children: ReactNode }) => {
  const feed = useContext(LiveContext);
  const [held, setHeld] = useState<Held | null>(null);
  const holdOrGoOn = useCallback(
    () => setHeld((now) => (now !== null || feed === null ? null : { at: browserClock.now(), live: feed.current() })),
    [feed],
  );
  const holding = useMemo(() => ({ held, holdOrGoOn }), [held, holdOrGoOn]);
  return <HeldContext value={holding}>{children}</HeldContext>;
};

/** Whether the page is held still, since when, and how to change that. */
export const useHolding = (): Holding => useContext(HeldContext);
