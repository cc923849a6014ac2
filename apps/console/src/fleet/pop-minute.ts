import type { UseQueryResult } from '@tanstack/react-query';
import { graphql, type ResultOf } from '../api/graphql.js';
import { useHolding } from '../api/held.js';
import type { RequestFailed } from '../api/request.js';
import { useAnswer } from '../api/use-answer.js';
import { useNow } from '../time/clock.js';

/** What each PoP answered in a minute. */
const POP_MINUTE = graphql(`
  query PopMinute($from: DateTime!, $to: DateTime!) {
    windows(family: pop, step: 60000, from: $from, to: $to) {
      windows {
        key
        good
        bad
        timeout
        p99
      }
    }
  }
`);

/** What one PoP answered in the minute. */
export type PopStep = NonNullable<ResultOf<typeof POP_MINUTE>['windows']>['windows'][number];

/** A second is taken for complete 3 s after it, as in the figures of the regions: beside them a PoP must not look well for much longer. */
const CLOSED_MS = 3_000;
/** Whole five seconds, so that what is asked is the same for all who look. */
const STEP_MS = 5_000;
const MINUTE_MS = 60_000;
/** What came late counts in its minute too: read again while it is shown. */
const EVERY_MS = 5_000;

/** The newest minute that is closed, of a moment. */
export const closedMinute = (now: number): { readonly from: string; readonly to: string } => {
  const to = Math.floor((now - CLOSED_MS) / STEP_MS) * STEP_MS;
  return { from: new Date(to - MINUTE_MS).toISOString(), to: new Date(to).toISOString() };
};

/** What each PoP answered in the newest minute that is closed: the same on every page that shows it. */
export const usePopMinute = (): UseQueryResult<ResultOf<typeof POP_MINUTE>, RequestFailed> => {
  const now = useNow();
  return useAnswer('pop-minute', POP_MINUTE, closedMinute(useHolding().held?.at ?? now), { everyMs: EVERY_MS });
};
