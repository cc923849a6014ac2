import { QueryClient } from '@tanstack/react-query';
import { RequestFailed } from './request.js';

/** Of what cannot be answered a second attempt is worth it; a refusal is the same the second time. */
const isWorthAgain = (failures: number, error: Error): boolean =>
  failures < 2 && error instanceof RequestFailed && (error.problem.status === 0 || error.problem.status >= 500);

/** What one who signed in has asked, and how it is asked. */
export const newQueries = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        retry: isWorthAgain,
        staleTime: 1_000,
        refetchOnWindowFocus: true,
        // A browser without a network still reaches a Tocsin of its own host, and says of any other why it does not.
        networkMode: 'always',
      },
    },
  });
