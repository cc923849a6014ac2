import { useInfiniteQuery } from '@tanstack/react-query';
import type { TadaDocumentNode } from 'gql.tada';
import { isReadNow, useHolding } from './held.js';
import { request, type RequestFailed } from './request.js';
import { useSession } from './session.js';

/** A list of the API, a page of it. */
export interface PageOf<Row> {
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** What was read of a list so far. */
export interface Pages<Row> {
  /** Undefined: nothing was read yet. */
  readonly rows: readonly Row[] | undefined;
  readonly error: RequestFailed | null;
  /** Reads the next page; undefined: there is none, it is being read, or it could not be read. */
  readonly more: (() => void) | undefined;
  /** Asks once more for what could not be read: by a press, since a server that refuses would be asked without end. */
  readonly again: (() => void) | undefined;
  readonly isReading: boolean;
}

interface Paging<Data, Row> {
  readonly pageOf: (data: Data) => PageOf<Row>;
  readonly follows?: readonly string[];
  /** At least so many ms between two readings for events: for a list that every event of the system changes. */
  readonly restMs?: number;
  readonly isWanted?: boolean;
}

/** A list of the API, page by page: what was read is read again when an event says that it may be another one. */
export const usePages = <Data, Variables extends { readonly after?: string | null }, Row>(
  name: string,
  document: TadaDocumentNode<Data, Variables>,
  variables: Omit<Variables, 'after'>,
  { pageOf, follows = [], restMs = 0, isWanted = true }: Paging<Data, Row>,
): Pages<Row> => {
  const { key } = useSession();
  const isHeld = useHolding().held !== null;
  const { data, error, hasNextPage, isFetching, isFetchingNextPage, isFetchNextPageError, fetchNextPage, refetch } =
    useInfiniteQuery({
      queryKey: [name, variables],
      queryFn: async ({ signal, pageParam }) =>
        pageOf(await request(key, document, { ...variables, after: pageParam } as unknown as Variables, signal)),
      initialPageParam: null as string | null,
      getNextPageParam: ({ pageInfo }: PageOf<Row>) => (pageInfo.hasNextPage ? pageInfo.endCursor : null),
      meta: { follows, restMs },
      enabled: ({ state }) => isWanted && isReadNow(isHeld, state.data !== undefined),
    });
  return {
    rows: data?.pages.flatMap(({ nodes }) => nodes),
    error: error as RequestFailed | null,
    more: hasNextPage && !isFetchingNextPage && error === null ? () => void fetchNextPage() : undefined,
    again: error === null || isFetching ? undefined : () => void (isFetchNextPageError ? fetchNextPage() : refetch()),
    isReading: isFetchingNextPage,
  };
};
