import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { LiveContext } from './api/live-context.js';
import { LiveFeed, socketUrl } from './api/live.js';
import { newQueries } from './api/queries.js';
import { apiKey, keepKey, type Key, SessionContext } from './api/session.js';
import { router } from './router.js';
import { comeIn, type Entered, enteredAtOnce, forgetEntered, leaveEntered } from './sign-in/come-in.js';
import { SignIn } from './sign-in/sign-in.js';
import { loadAnew, ofThisTab } from './ui/upgrade.js';

interface SignedInProps {
  readonly sent: Key;
  /** The key is no good any more. */
  readonly over: () => void;
  readonly leave: () => void;
}

const saidOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Everything behind the sign-in: one cache and one socket for each person that signs in. */
const SignedIn = ({ sent, over, leave }: SignedInProps) => {
  const queries = useMemo(newQueries, []);
  const [feed, setFeed] = useState<LiveFeed | null>(null);
  useEffect(() => {
    const opened = new LiveFeed({ key: sent, queries, refused: over, url: socketUrl(location.href) });
    setFeed(opened);
    return opened.end;
  }, [sent, queries, over]);
  const session = useMemo(() => ({ key: sent, end: leave }), [sent, leave]);
  if (feed === null) return null;
  return (
    <SessionContext value={session}>
      <QueryClientProvider client={queries}>
        <LiveContext value={feed}>
          <RouterProvider router={router} />
        </LiveContext>
      </QueryClientProvider>
    </SessionContext>
  );
};

/** The console: the pages, or the way in. The address stays what it is, so that who signs in again is where they were. */
export const Console = () => {
  const [{ key, because }, setEntered] = useState<Entered>(enteredAtOnce);
  const ways = useMemo(
    () => ({
      over: (why = 'The key is no longer good, or may not look.') => {
        forgetEntered();
        setEntered({ key: null, because: why });
      },
      leave: () => void leaveEntered().then(() => setEntered({ key: null })),
      enter: (text: string) => {
        keepKey(text);
        setEntered({ key: apiKey(text) });
      },
    }),
    [],
  );
  const isKnown = key !== undefined;
  useEffect(() => {
    if (isKnown) return;
    void comeIn(ways.over, (address) => router.history.replace(address)).then(setEntered, (error: unknown) => {
      // What speaks to an issuer is a part of its own, which may be gone or not come; the tokens stay for when it does.
      void loadAnew(ofThisTab());
      setEntered({ key: null, because: `It could not be seen who you are: ${saidOf(error)}. Load the page again.` });
    });
  }, [isKnown, ways]);
  if (key === undefined) return <p role="status">Signing in …</p>;
  return key === null ? (
    <SignIn enter={ways.enter} because={because} />
  ) : (
    <SignedIn sent={key} over={ways.over} leave={ways.leave} />
  );
};
