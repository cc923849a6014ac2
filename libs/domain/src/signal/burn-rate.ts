import { KEY_SEPARATOR, SLOT_MS } from '#contracts';
import type { TickView } from '../rule/tick-view.js';
import type { Measure } from './measure.js';
import { FLEET_MINUTES, type MinuteCounts } from './minute-counts.js';
import { COHORT_SCOPES } from './outcome-scopes.js';
import { readShare } from './ratio-measure.js';
import { sumOf } from './scope-windows.js';
import { type Signal, type SignalPlace, UNKNOWN } from './signal.js';

/** Up to here windows are read from slots, exactly; longer ones from minutes. */
export const BURN_SLOTS_MS = 300_000;
/** Success that is wanted where a rule does not say: the study's 99.95 % (R6). */
const OBJECTIVE = 0.9995;
const MINUTE_SLOTS = 60;
/** A minute is known when it is two minutes old; what is newer is read from the slots. */
const MINUTE_AGE = 2;

const keysOf = ({ scope, key }: SignalPlace['subject'], minutes: MinuteCounts): readonly string[] => {
  if (scope === 'fleet') return [FLEET_MINUTES];
  if (scope === 'release_region') return [key];
  return [...minutes.keys()].filter((cohort) => {
    const at = cohort.indexOf(KEY_SEPARATOR);
    return at >= 0 && (scope === 'region' ? cohort.slice(at + 1) : cohort.slice(0, at)) === key;
  });
};

interface Burnt {
  readonly good: number;
  readonly bad: number;
  /** Share of the window that is known. */
  readonly known: number;
}

const readMinutes = (place: SignalPlace, view: TickView): Burnt => {
  const { subject, windowMs, endSlot } = place;
  const { minutes } = view.memory;
  const last = Math.floor(endSlot / MINUTE_SLOTS) - MINUTE_AGE;
  const tailSlots = endSlot - (last + 1) * MINUTE_SLOTS + 1;
  const tail = sumOf({ ...place, windowMs: tailSlots * SLOT_MS }, view);
  const wanted = Math.ceil((windowMs / SLOT_MS - tailSlots) / MINUTE_SLOTS);
  const [from, to] = [last - wanted + 1, last];
  const sum = minutes.sum(keysOf(subject, minutes), from, to);
  return {
    good: tail.good + sum.good,
    bad: tail.bad + sum.bad,
    known: (minutes.known(from, to) * MINUTE_SLOTS + tailSlots) / (wanted * MINUTE_SLOTS + tailSlots),
  };
};

/**
 * How fast the success budget is burnt: failure ratio / (1 − objective); 1 spends it exactly by the end of its period. Minutes that
 * are not known, as before the first start, count as without failures, so that ten minutes of history are no three days.
 */
export const burnRate: Signal = {
  about:
    'failure ratio over (1 − `objective`, else 99.95 %): 1 spends the budget exactly; unknown minutes count as without failures',
  unit: '× the budget',
  window: 'sliding; up to 5 min of slots, up to 3 days of whole minutes (5m, 30m, 1h, 2h, 6h, 1d, 3d)',
  noData: 'fewer good and bad outcomes than `outcomesMin`',
  scopes: COHORT_SCOPES,
  counts: 'outcomes',
  isOfFailures: true,
  isOfMinutes: true,
  read: (place, view): Measure => {
    if (!COHORT_SCOPES.includes(place.subject.scope)) return UNKNOWN;
    const { rule, windowMs } = place;
    const { good, bad, known } =
      windowMs <= BURN_SLOTS_MS ? { ...sumOf(place, view), known: 1 } : readMinutes(place, view);
    const factor = known / (1 - Math.min(rule.objective ?? OBJECTIVE, 0.999_999));
    return { ...readShare({ ...rule, hits: bad, count: good + bad }, factor), good, bad };
  },
  describe: (rule, value) => ({
    found: `budget burnt ${value} times as fast as it may be`,
    limit: `${rule.threshold}`,
    title: `DNS failures burn the budget ${value} times too fast`,
  }),
  digits: 2,
};
