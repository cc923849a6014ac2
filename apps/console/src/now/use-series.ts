import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import type { TadaDocumentNode } from 'gql.tada';
import { useHolding } from '../api/held.js';
import { request, type RequestFailed } from '../api/request.js';
import { useSession } from '../api/session.js';
import { browserClock } from '../time/clock.js';
import { joined, type Stepped } from './joined.js';

/** As long as the API answers without bounds. */
const RANGE_MS = 600_000;
/** Steps that are read again with each new one: an outcome counts in its second for so long after it, and a step that is not over grows. */
const AGAIN_STEPS = 5;
/** So far back an empty step is taken for one whose outcomes are on their way; after it they are found when all is read again. */
const AWAITED_STEPS_MAX = 60;
/** Late outcomes change what was read; all of it is read again so often. */
const WHOLE_MS = 60_000;

interface Variables {
  readonly step: number;
  readonly from?: string | null;
}
interface Answer<Step> {
  readonly windows: { readonly windows: readonly Step[] } | null;
}
interface Kept<Step> {
  readonly steps: readonly Step[];
  readonly wholeAt: number;
}

/** A series as it was read last, and why nothing newer is there. */
export interface SeriesRead<Step> {
  readonly steps: readonly Step[] | undefined;
  readonly error: RequestFailed | null;
  /** ms since the epoch by the clock of this browser; 0: never. */
  readonly readAt: number;
}

/** A step with what was answered in it. */
export type Counted = Stepped & { readonly good: number; readonly bad: number };

const beginOf = (kept: Kept<Counted> | undefined, stepMs: number, now: number): string | undefined => {
  const last = kept?.steps.at(-1);
  if (kept === undefined || last === undefined || now - kept.wholeAt >= WHOLE_MS) return undefined;
  const awaited = Date.parse(last.from) - AWAITED_STEPS_MAX * stepMs;
  const answered = kept.steps.findLast(({ good, bad }) => good + bad > 0);
  const from = answered === undefined ? awaited : Math.max(Date.parse(answered.from), awaited);
  return new Date(from - AGAIN_STEPS * stepMs).toISOString();
};

const keptIn = <Step>(queries: QueryClient, key: readonly unknown[]) => queries.getQueryData<Kept<Step>>(key);

/**
 * The last ten minutes of a family, a step after the other: all of it once a minute, and in between only what is new, so that twenty tabs
 * cost the server what is on the way and not ten minutes each second.
 */
export const useSeries = <Step extends Counted>(
  name: string,
  document: TadaDocumentNode<Answer<Step>, Variables>,
  stepMs: number,
  isWanted: boolean,
): SeriesRead<Step> => {
  const { key: apiKey } = useSession();
  const queries = useQueryClient();
  const isHeld = useHolding().held !== null;
  const key = ['series', name, stepMs];
  const { data, error, dataUpdatedAt } = useQuery<Kept<Step>, RequestFailed>({
    queryKey: key,
    enabled: isWanted && !isHeld,
    refetchInterval: stepMs,
    queryFn: async ({ signal }) => {
      const kept = keptIn<Step>(queries, key);
      const from = beginOf(kept, stepMs, browserClock.now());
      const answer = await request(apiKey, document, { step: stepMs, ...(from !== undefined && { from }) }, signal);
      const read = answer.windows?.windows ?? [];
      return from === undefined || kept === undefined
        ? { steps: read, wholeAt: browserClock.now() }
        : { steps: joined(kept.steps, read, from, RANGE_MS), wholeAt: kept.wholeAt };
    },
  });
  return { steps: data?.steps, error, readAt: dataUpdatedAt };
};
