import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { LiveContext } from './api/live-context.js';
import { LiveFeed } from './api/live.js';
import { RequestFailed } from './api/request.js';
import { forgetKey, keepKey, keptKey, SessionContext } from './api/session.js';
import { router } from './router.js';
import { SignIn } from './sign-in/sign-in.js';

/** Of what cannot be answered a second attempt is worth it; a refusal is the same the second time. */
const isWorthAgain = (failures: number, error: Error): boolean =>
  failures < 2 && error instanceof RequestFailed && (error.problem.status === 0 || error.problem.status >= 500);

const newQueries = (): QueryClient =>
  new QueryClient({
    defaultOptions: { queries: { retry: isWorthAgain, staleTime: 1_000, refetchOnWindowFocus: true } },
  });

interface SignedInProps {
  readonly apiKey: string;
  readonly leave: (because?: string) => void;
}

/** Everything behind the sign-in: one cache and one socket for each person that signs in. */
const SignedIn = ({ apiKey, leave }: SignedInProps) => {
  const queries = useMemo(newQueries, []);
  const [feed, setFeed] = useState<LiveFeed | null>(null);
  useEffect(() => {
    const opened = new LiveFeed(apiKey, queries, () => leave('The key is no longer good, or may not look.'));
    setFeed(opened);
    return opened.end;
  }, [apiKey, queries, leave]);
  const session = useMemo(() => ({ key: apiKey, end: () => leave() }), [apiKey, leave]);
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

/** The console: the pages, or the way in. */
export const Console = () => {
  const [apiKey, setApiKey] = useState(keptKey);
  const [because, setBecause] = useState<string>();
  const leave = useMemo(
    () => (why?: string) => {
      forgetKey();
      setApiKey(null);
      setBecause(why);
    },
    [],
  );
  const enter = (key: string) => {
    keepKey(key);
    setApiKey(key);
    setBecause(undefined);
  };
  return apiKey === null ? <SignIn enter={enter} because={because} /> : <SignedIn apiKey={apiKey} leave={leave} />;
};
