import { keepPreviousData, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useHolding } from '../api/held.js';
import { request, type RequestFailed } from '../api/request.js';
import { useSession } from '../api/session.js';
import { newestOf, piecesOf } from '../time/pieces.js';
import type { Range } from '../time/range.js';
import { CUSTOMER_SERIES, type SeriesStep } from './customers-document.js';

/** The API answers ten minutes of one customer at once. */
const PIECE_MS = 600_000;
/** Four hours, as who was hurt is counted at once: 24 questions. */
export const SERIES_MS_MAX = 14_400_000;
const MINUTE_MS = 60_000;
/** Ten seconds are seen in an hour, minutes in four. */
const stepOf = ({ from, to }: Range): number => (to - from > 3_600_000 ? MINUTE_MS : 10_000);

/** What a customer was answered in a time, step after step; of a time of more than four hours the newest four. */
export const useCustomerSeries = (
  customerId: string,
  range: Range,
): UseQueryResult<readonly SeriesStep[], RequestFailed> => {
  const { key } = useSession();
  const isHeld = useHolding().held !== null;
  const step = stepOf(range);
  const { from, to } = newestOf(range, SERIES_MS_MAX, step);
  return useQuery<readonly SeriesStep[], RequestFailed>({
    queryKey: ['customer-series', customerId, from, to],
    queryFn: async ({ signal }) => {
      const iso = (at: number): string => new Date(at).toISOString();
      const read = async (piece: Range) => {
        const asked = { customerId, from: iso(piece.from), to: iso(piece.to), step };
        return (await request(key, CUSTOMER_SERIES, asked, signal)).windows?.windows ?? [];
      };
      return (await Promise.all(piecesOf({ from, to }, PIECE_MS).map(read))).flat();
    },
    enabled: !isHeld,
    placeholderData: keepPreviousData,
  });
};
