import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import type { TadaDocumentNode } from 'gql.tada';
import { isReadNow, useHolding } from './held.js';
import { request, type RequestFailed } from './request.js';
import { useSession } from './session.js';

/** A page of a list, as every connection of the API has it. */
export interface Paged<Row> {
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** A list read to its end, or to where this console stops. */
export interface All<Row> {
  readonly rows: readonly Row[];
  /** Whether there are more than are read. */
  readonly isCut: boolean;
}

/** Pages of 500: 20,000 rows are twice the largest fleet's customers; whoever has more filters at the API. */
export const PAGES_MAX = 40;

/** Reads page after page until there is none, or `most` were read. */
export const readAll = async <Row>(
  read: (after: string | null) => Promise<Paged<Row>>,
  most = PAGES_MAX,
): Promise<All<Row>> => {
  const rows: Row[] = [];
  let after: string | null = null;
  for (let page = 0; page < most; page += 1) {
    const { nodes, pageInfo }: Paged<Row> = await read(after);
    rows.push(...nodes);
    if (!pageInfo.hasNextPage || pageInfo.endCursor === null) return { rows, isCut: false };
    after = pageInfo.endCursor;
  }
  return { rows, isCut: true };
};

interface Reading {
  readonly follows?: readonly string[];
  readonly everyMs?: number;
}

/** All of a list of the API, for a page that filters and sorts it; read again as `useAnswer` does. */
export const useAll = <Data, Row>(
  name: string,
  document: TadaDocumentNode<Data, { after?: string | null }>,
  pageOf: (data: Data) => Paged<Row>,
  { follows = [], everyMs }: Reading = {},
): UseQueryResult<All<Row>, RequestFailed> => {
  const { key } = useSession();
  const isHeld = useHolding().held !== null;
  return useQuery<All<Row>, RequestFailed>({
    queryKey: [name, 'all'],
    queryFn: ({ signal }) => readAll(async (after) => pageOf(await request(key, document, { after }, signal))),
    meta: { follows },
    enabled: ({ state }) => isReadNow(isHeld, state.data !== undefined),
    ...(everyMs === undefined ? {} : { refetchInterval: everyMs }),
  });
};
