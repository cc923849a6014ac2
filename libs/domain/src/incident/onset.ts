import { type Family, SLOT_MS } from '#contracts';
import { wilsonLowerBound } from '../impact/wilson.js';
import type { AlertSubject } from '../rule/rule.js';
import type { WindowReader } from '../signal/window-reader.js';

/** How far back an onset is looked for: the longest window of a rule, which is what the windows keep at least. */
const ONSET_SLOTS_MAX = 300;
/** A second that looks well within a fault does not end it: of a fault of a few per cent each tenth second may. */
const GAP_SLOTS_MAX = 3;
/** Where no baseline is known: the failure ratio of a healthy fleet (R6). */
const NORMAL_RATIO = 0.0005;
/** One failure in a second is chance, however few the outcomes of the second are. */
const FAILURES_MIN = 2;

const FAMILY_OF: Partial<Record<AlertSubject['scope'], Family>> = {
  fleet: 'fleet',
  region: 'region',
  pop: 'pop',
  node: 'node',
  release_region: 'release_region',
  customer: 'customer',
};

/** Where and from which slot back an onset is looked for. */
export interface OnsetPlace {
  readonly subject: AlertSubject;
  /** The last slot of the window that breached. */
  readonly slot: number;
  readonly baseline: number | 'unknown';
}

/**
 * When a fault began: the start of its first second, ms of event time. Seconds are looked at backwards from the breach for as long
 * as they fail more than is normal with 99.9 % confidence; three that do not are the time before. Undefined where the subject has
 * no failures to see, as with latency or silence.
 */
export const readOnset = (windows: WindowReader, { subject, slot, baseline }: OnsetPlace): number | undefined => {
  const family = FAMILY_OF[subject.scope];
  if (family === undefined) return undefined;
  const normal = baseline === 'unknown' ? NORMAL_RATIO : Math.max(baseline, NORMAL_RATIO);
  let first: number | undefined;
  // The breach may rest on seconds before the last one, which is still filling.
  for (let each = slot; each > slot - ONSET_SLOTS_MAX && (first ?? slot) - each <= GAP_SLOTS_MAX; each -= 1) {
    const { good, bad } = windows.sum(family, subject.key, SLOT_MS, each);
    if (bad >= FAILURES_MIN && wilsonLowerBound(bad, good + bad) > normal) first = each;
  }
  return first === undefined ? undefined : first * SLOT_MS;
};
