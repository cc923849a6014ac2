import { gaugeOf, type Meters } from '#runtime';
import type { EventFeed } from '../event-feed.js';
import type { Followers } from './followers.js';

const FOLLOWERS = gaugeOf('tocsin_live_followers', 'Streams and subscriptions that follow the events now.', [], 1);
const STUCK = gaugeOf('tocsin_live_followers_stuck', 'Followers whose socket takes nothing at this moment.', [], 1);
const BUFFERED = gaugeOf('tocsin_live_buffered_bytes', 'Bytes that wait in the sockets of followers.', [], 1);
const KEPT = gaugeOf('tocsin_live_kept_bytes', 'Bytes of serialised events that are kept for all followers.', [], 1);

/** Adds who follows the events, and what is held for them. */
export const meterLive = (
  meters: Meters,
  followers: Pick<Followers, 'size' | 'stuck' | 'bufferedBytes'>,
  feed: Pick<EventFeed, 'keptBytes'>,
): void => {
  meters.add(FOLLOWERS, () => followers.size);
  meters.add(STUCK, () => followers.stuck);
  meters.add(BUFFERED, () => followers.bufferedBytes.reduce((sum, bytes) => sum + bytes, 0));
  meters.add(KEPT, () => feed.keptBytes);
};
