import { browserClock } from '../time/clock.js';
import type { Tokens } from './flow.js';

/** That a refresh token was used, and what it brought. */
export interface Renewal {
  readonly used: string;
  readonly tokens: Tokens;
}

/**
 * Tabs that have one session: a duplicated one has the refresh token of the first. An issuer that gives each token once takes two uses of
 * one for a theft and ends the session of both, so that one asks and tells the others.
 */
export interface Siblings {
  /** Does what is done for a session while no other tab does it. */
  readonly alone: <T>(session: string, work: () => Promise<T>) => Promise<T>;
  readonly tell: (renewal: Renewal) => void;
  /** What comes back ends that. */
  readonly onTold: (listener: (renewal: Renewal) => void) => () => void;
}

const CHANNEL = 'tocsin.renewal';
/** What the tab before told when it was done is heard within this; a lock goes another way than a message. */
const HEARD_WITHIN_MS = 100;

/** As the tabs of this browser are: of this origin alone, and in memory. */
export const siblingsHere = (): Siblings => ({
  // Over plain http there is no lock, and no issuer either.
  alone: async (session, work) =>
    navigator.locks === undefined
      ? work()
      : navigator.locks.request(`${CHANNEL} ${session}`, async () => {
          await new Promise<void>((done) => void browserClock.after(HEARD_WITHIN_MS, done));
          return work();
        }),
  tell: (renewal) => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.postMessage(renewal);
    channel.close();
  },
  onTold: (listener) => {
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = ({ data }: MessageEvent<Renewal>) => listener(data);
    return () => channel.close();
  },
});
