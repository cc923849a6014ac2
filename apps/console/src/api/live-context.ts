import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Live, LiveFeed } from './live.js';

/** The feed of this tab; null outside of a session. */
export const LiveContext = createContext<LiveFeed | null>(null);

/** What is pushed to this tab, as it is now. */
export const useLive = (): Live => {
  const feed = useContext(LiveContext);
  if (feed === null) throw new Error('A page was shown without its live feed.');
  return useSyncExternalStore(feed.listen, feed.current);
};
