import type { TadaDocumentNode } from 'gql.tada';
import { useHolding } from '../api/held.js';
import { useAnswer } from '../api/use-answer.js';
import { useNow } from '../time/clock.js';
import { askedOf } from '../time/asked.js';
import { DEFAULT_LENGTH, isPinned, rangeOf, type RangeSearch } from '../time/range.js';
import { type Counted, type SeriesRead, useSeries } from './use-series.js';

interface Variables {
  readonly step: number;
  readonly from?: string | null;
  readonly to?: string | null;
}
interface Answer<Step> {
  readonly windows: { readonly windows: readonly Step[] } | null;
}
interface Found<Step> extends SeriesRead<Step> {
  readonly stepMs: number;
}

/** Whether a page follows the last ten minutes as they go on. */
export const isLive = (search: RangeSearch): boolean =>
  !isPinned(search) && (search.last ?? DEFAULT_LENGTH) === DEFAULT_LENGTH;

/** A family over the time of an address: the last ten minutes as they go on, or another time whole, again when a step of it is over. */
export const useSeriesOf = <Step extends Counted>(
  name: string,
  document: TadaDocumentNode<Answer<Step>, Variables>,
  stepMs: number,
  search: RangeSearch,
): Found<Step> => {
  const isWanted = !isLive(search);
  const stepsMax = 600_000 / stepMs;
  const clock = useNow();
  const now = useHolding().held?.at ?? clock;
  const { step } = askedOf(rangeOf(search, now), stepsMax);
  // By whole steps, so that the same is asked until a step is over.
  const asked = askedOf(rangeOf(search, Math.floor(now / step) * step), stepsMax);
  const variables = {
    step: asked.step,
    from: new Date(asked.from).toISOString(),
    to: new Date(asked.to).toISOString(),
  };
  const live = useSeries(name, document, stepMs, !isWanted);
  const { data, error, dataUpdatedAt } = useAnswer(`series-of-${name}`, document, variables, { isWanted });
  if (!isWanted) return { ...live, stepMs };
  return { steps: data?.windows?.windows, error, readAt: dataUpdatedAt, stepMs: asked.step };
};
