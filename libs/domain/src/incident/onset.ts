import { SLOT_MS } from '#contracts';
import type { Alert } from '../alert/alert.js';
import { wilsonLowerBound } from '../impact/wilson.js';
import type { TickView } from '../rule/tick-view.js';
import { sumOf } from '../signal/scope-windows.js';

/** How far back an onset is looked for: the longest window of a rule, which is what the windows keep at least. */
const ONSET_SLOTS_MAX = 300;
/** A second that looks well within a fault does not end it: of a fault of a few per cent each tenth second may. */
const GAP_SLOTS_MAX = 3;
/** Where no baseline is known: the failure ratio of a healthy fleet (R6). */
const NORMAL_RATIO = 0.0005;
/** One failure in a second is chance, however few the outcomes of the second are. */
const FAILURES_MIN = 2;

/**
 * When a fault began: the start of its first second, ms of event time. Seconds are looked at backwards from the breach for as long
 * as they fail more than is normal with 99.9 % confidence; three that do not are the time before. Undefined where the subject has
 * no failures to see, as with latency or silence.
 */
export const readOnset = (
  { scope, key, firedSlot: slot }: Pick<Alert, 'scope' | 'key' | 'firedSlot'>,
  view: TickView,
): number | undefined => {
  if (scope === 'partition' || scope === 'external') return undefined;
  const { baseline } = view;
  const normal = baseline === 'unknown' ? NORMAL_RATIO : Math.max(baseline, NORMAL_RATIO);
  let first: number | undefined;
  // The breach may rest on seconds before the last one, which is still filling.
  for (let each = slot; each > slot - ONSET_SLOTS_MAX && (first ?? slot) - each <= GAP_SLOTS_MAX; each -= 1) {
    const { good, bad } = sumOf({ subject: { scope, key }, windowMs: SLOT_MS, endSlot: each }, view);
    if (bad >= FAILURES_MIN && wilsonLowerBound(bad, good + bad) > normal) first = each;
  }
  return first === undefined ? undefined : first * SLOT_MS;
};
