import type { Reason } from '#contracts';
import type { Alert, Assessment } from '../alert/alert.js';
import type { Measure } from '../signal/measure.js';
import { readSignal, signalOf } from '../signal/signals.js';
import { describeMeasure } from './describe.js';
import { readDeparture } from './departure.js';
import type { Rule, Subject } from './rule.js';
import type { TickView } from './tick-view.js';

/**
 * Failures below which no failure rule fires. A healthy fleet fails 0.05 %: ten failures that make 1 % of a window need fewer than
 * 1,000 outcomes, of which half a failure is expected; ten happen by chance once in 10^10 windows.
 */
const FAILURES_MIN = 10;
/** Three good windows resolve (RR20) ... */
const CLEAR_WINDOWS = 3;
/** ... three slots apart, so that they are not one window looked at thrice. */
const CLEAR_STEP_SLOTS = 3;
/** From the end of the first good window to the end of the last. */
export const CLEAR_SPAN_SLOTS = (CLEAR_WINDOWS - 1) * CLEAR_STEP_SLOTS;
/** Share of the expected nodes without which nothing is proved (RR20). */
export const COVERAGE_MIN = 0.8;

/** Reads a rule's signal for a subject, over the window that ends with a slot. */
const readRule = (rule: Rule, subject: Subject, endSlot: number, view: TickView): Measure =>
  readSignal({ rule, subject, windowMs: rule.windowMs, endSlot }, view);

const isBeyond = ({ comparison, threshold }: Rule, value: Measure['value']): boolean => {
  if (value === 'unknown') return false;
  if (value === 'timeout') return comparison === 'above';
  return comparison === 'below' ? value < threshold : value > threshold;
};

/** Whether a measure breaches its rule: strictly, with confidence where there is a bound, and not on a handful of failures. */
export const isBreached = (rule: Rule, measure: Measure): boolean =>
  isBeyond(rule, measure.atLeast ?? measure.value) &&
  (!signalOf(rule.signal).isOfFailures || measure.bad >= FAILURES_MIN);

const isClear = (rule: Rule, measure: Measure): boolean =>
  measure.value !== 'unknown' && !isBeyond(rule, measure.value);

const coverageOf = (subject: Subject, view: TickView): number => {
  const { live, expected } = view.attendance(subject);
  return expected === 0 ? 0 : live.length / expected;
};

const reasonOf = (rule: Rule, subject: Subject, measure: Measure, slot: number, view: TickView): Reason => ({
  rule: rule.name,
  signal: rule.signal,
  text: describeMeasure(rule, measure, isBeyond(rule, measure.value)),
  value: typeof measure.value === 'number' ? measure.value : null,
  threshold: rule.threshold,
  windowMs: rule.windowMs,
  good: measure.good,
  bad: measure.bad,
  tick: view.tick,
  coverage: coverageOf(subject, view),
  slot,
});

const readClear = (rule: Rule, subject: Subject, alert: Alert, view: TickView): Assessment | undefined => {
  const { watermarkSlot } = view.attendance(subject);
  if (watermarkSlot === undefined || coverageOf(subject, view) < COVERAGE_MIN) return undefined;
  const slot = Math.min(watermarkSlot, view.endSlot);
  const first = slot - CLEAR_SPAN_SLOTS;
  if (first <= alert.firedSlot) return undefined;
  for (let end = first; end <= slot; end += CLEAR_STEP_SLOTS) {
    if (!isClear(rule, readRule(rule, subject, end, view))) return undefined;
  }
  const reason = reasonOf(rule, subject, readRule(rule, subject, slot, view), slot, view);
  return { is: 'clear', reason };
};

const readUnknown = (measure: Measure, subject: Subject, view: TickView): Assessment | undefined => {
  const { live, expected } = view.attendance(subject);
  if (live.length === 0) return { is: 'unknown', because: 'no node reports' };
  if (coverageOf(subject, view) < COVERAGE_MIN) {
    return { is: 'unknown', because: `${live.length} of ${expected} nodes report` };
  }
  const count = measure.good + measure.bad;
  return measure.value === 'unknown' ? { is: 'unknown', because: `${count} outcomes in the window` } : undefined;
};

/**
 * What a tick says about a rule for a subject, given the alert that is open for it. A breach counts as long as anybody reports,
 * early and without waiting; the end is judged at the watermark, with coverage, three windows long, after the firing; a cohort
 * that left the fleet ends by the health of its former nodes.
 */
export const assessRule = (rule: Rule, subject: Subject, alert: Alert | undefined, view: TickView): Assessment => {
  const measure = readRule(rule, subject, view.endSlot, view);
  const isReporting = view.attendance(subject).live.length > 0;
  if (isReporting && isBreached(rule, measure)) {
    return { is: 'breached', reason: reasonOf(rule, subject, measure, view.endSlot, view) };
  }
  if (alert === undefined) return { is: 'undecided' };
  return (
    readClear(rule, subject, alert, view) ??
    readDeparture(rule, subject, alert, view) ??
    readUnknown(measure, subject, view) ?? { is: 'undecided' }
  );
};
