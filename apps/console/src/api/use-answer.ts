import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { TadaDocumentNode } from 'gql.tada';
import { useEffect, useRef } from 'react';
import { useHolding } from './held.js';
import { readingOf } from './reading.js';
import { request, type RequestFailed } from './request.js';
import { useSession } from './session.js';

interface Reading {
  /** Beginnings of the streams whose events change the answer: `incident-`, `delivery-`. */
  readonly follows?: readonly string[];
  /** Read again after so many ms without any event: for figures that telemetry changes. */
  readonly everyMs?: number;
  readonly isWanted?: boolean;
  /** Also while the page is held still: of what is no part of what it shows. */
  readonly isAlwaysRead?: boolean;
}

/** An answer of the API, read again when an event says that it may be another one. */
export const useAnswer = <Data, Variables>(
  name: string,
  document: TadaDocumentNode<Data, Variables>,
  variables: Variables,
  { follows = [], everyMs, isWanted = true, isAlwaysRead = false }: Reading = {},
): UseQueryResult<Data, RequestFailed> => {
  const { key } = useSession();
  const isHeld = useHolding().held !== null && !isAlwaysRead;
  const queryKey = [name, variables];
  const shown = useRef<unknown>(undefined);
  const answer = useQuery<Data, RequestFailed>({
    queryKey,
    queryFn: ({ signal }) => request(key, document, variables, signal),
    meta: { follows },
    ...readingOf({ queryKey, isWanted, isHeld, shown: () => shown.current }),
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
  });
  useEffect(() => {
    if (answer.data !== undefined) shown.current = queryKey;
  });
  return answer;
};
