import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { TadaDocumentNode } from 'gql.tada';
import { useHolding } from './held.js';
import { request, type RequestFailed } from './request.js';
import { useSession } from './session.js';

interface Reading {
  /** Beginnings of the streams whose events change the answer: `incident-`, `delivery-`. */
  readonly follows?: readonly string[];
  /** Read again after so many ms without any event: for figures that telemetry changes. */
  readonly everyMs?: number;
  readonly isWanted?: boolean;
}

/** An answer of the API, read again when an event says that it may be another one; the last one stays while it is read. */
export const useAnswer = <Data, Variables>(
  name: string,
  document: TadaDocumentNode<Data, Variables>,
  variables: Variables,
  { follows = [], everyMs, isWanted = true }: Reading = {},
): UseQueryResult<Data, RequestFailed> => {
  const { key } = useSession();
  const isHeld = useHolding().held !== null;
  return useQuery<Data, RequestFailed>({
    queryKey: [name, variables],
    queryFn: ({ signal }) => request(key, document, variables, signal),
    meta: { follows },
    enabled: isWanted && !isHeld,
    placeholderData: keepPreviousData,
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
  });
};
