import { type Reason, SLOT_MS } from '#contracts';
import type { Alert, Assessment } from '../alert/alert.js';
import { readFastPath, withFastPath } from '../sequential/fast-path.js';
import { confidenceOf } from '../signal/confidence.js';
import type { Measure } from '../signal/measure.js';
import type { SignalPlace } from '../signal/signal.js';
import { readSignal, signalOf } from '../signal/signals.js';
import { describeMeasure } from './describe.js';
import { describeWindow } from './describe-subject.js';
import { readDeparture } from './departure.js';
import type { Rule, Subject } from './rule.js';
import type { TickView } from './tick-view.js';

/** Three good windows resolve (RR20) ... */
const CLEAR_WINDOWS = 3;
/** ... three slots apart, so that they are not one window looked at thrice. */
const CLEAR_STEP_SLOTS = 3;
/** From the end of the first good window to the end of the last. */
export const CLEAR_SPAN_SLOTS = (CLEAR_WINDOWS - 1) * CLEAR_STEP_SLOTS;
/** Share of the expected nodes without which nothing is proved (RR20). */
export const COVERAGE_MIN = 0.8;

const placeOf = (rule: Rule, subject: Subject, endSlot: number): SignalPlace => ({
  rule,
  subject,
  windowMs: rule.windowMs,
  endSlot,
});

/** Whether a value is on the wrong side of a line: strictly; a timeout is above every line, and what is unknown is beyond none. */
export const isBeyond = (comparison: Rule['comparison'], threshold: number, value: Measure['value']): boolean => {
  if (value === 'unknown') return false;
  if (value === 'timeout') return comparison === 'above';
  return comparison === 'below' ? value < threshold : value > threshold;
};

/** What a breach is judged by: the bound, where there is one and the rule asks for confidence. */
const judged = (rule: Rule, { value, atLeast }: Measure): Measure['value'] =>
  confidenceOf(rule) === 0 ? value : (atLeast ?? value);

/** Whether a measure breaches its rule: strictly, with confidence where there is a bound, and not on a handful of failures. */
export const isBreached = (rule: Rule, measure: Measure): boolean =>
  isBeyond(rule.comparison, rule.threshold, judged(rule, measure)) &&
  (!signalOf(rule.signal).isOfFailures || measure.bad >= rule.failuresMin);

/** Whether the short window of a rule says that it is still going on; so it does where there is none. */
const isStillBreached = (rule: Rule, subject: Subject, endSlot: number, view: TickView): boolean =>
  rule.shortWindowMs === undefined ||
  isBreached(rule, readSignal({ ...placeOf(rule, subject, endSlot), windowMs: rule.shortWindowMs }, view));

/** Whether the condition of a rule holds for the windows that end with a slot, and what the long one says. */
export const readCondition = (rule: Rule, subject: Subject, endSlot: number, view: TickView) => {
  const measure = readSignal(placeOf(rule, subject, endSlot), view);
  return { measure, holds: isBreached(rule, measure) && isStillBreached(rule, subject, endSlot, view) };
};

const isClear = ({ comparison, threshold, clearThreshold = threshold }: Rule, { value }: Measure): boolean =>
  value !== 'unknown' && !isBeyond(comparison, clearThreshold, value);

/** Of a rule with two windows it is enough that one is clear: the condition asks for both. */
const isClearAt = (rule: Rule, subject: Subject, endSlot: number, view: TickView): boolean => {
  const place = placeOf(rule, subject, endSlot);
  const { shortWindowMs } = rule;
  if (shortWindowMs !== undefined && isClear(rule, readSignal({ ...place, windowMs: shortWindowMs }, view)))
    return true;
  return isClear(rule, readSignal(place, view));
};

const coverageOf = (subject: Subject, view: TickView): number => {
  const { live, expected } = view.attendance(subject);
  return expected === 0 ? 0 : live.length / expected;
};

/** The reason that a measure gives, over the window that ends with a slot. */
export const reasonOf = (rule: Rule, subject: Subject, measure: Measure, slot: number, view: TickView): Reason => ({
  rule: rule.name,
  signal: rule.signal,
  text: describeMeasure(rule, measure, isBeyond(rule.comparison, rule.threshold, measure.value)),
  ...(measure.detail !== undefined && { detail: measure.detail }),
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
    if (!isClearAt(rule, subject, end, view)) return undefined;
  }
  const reason = reasonOf(rule, subject, readSignal(placeOf(rule, subject, slot), view), slot, view);
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

const isOfRelease = ({ scope }: Subject): boolean => scope === 'release' || scope === 'release_region';

/**
 * Absence, for rules that fire on it: no outcome of the subject in the window of log time. A window that reaches back to before
 * anything was read says nothing; and a release that no node should run any more is not absent, it left.
 */
const readAbsence = (rule: Rule, subject: Subject, view: TickView): Assessment | undefined => {
  if (rule.noData !== 'fire' || view.knownSinceMs > view.at - rule.windowMs) return undefined;
  if (isOfRelease(subject) && view.attendance(subject).expected === 0) return undefined;
  const slot = Math.floor(view.at / SLOT_MS) - 1;
  const measure = readSignal(placeOf(rule, subject, slot), view);
  // What has just begun has its first outcomes in the slot that is open.
  const begun = readSignal(placeOf(rule, subject, slot + 1), view);
  if (measure.good + measure.bad + begun.good + begun.bad > 0) return undefined;
  const reason = reasonOf(rule, subject, { value: 'unknown', good: 0, bad: 0 }, slot, view);
  const text = `no outcomes over ${describeWindow(rule.windowMs)}`;
  return { is: 'breached', reason: { ...reason, text }, isByAbsence: true };
};

/**
 * What a tick says about a rule for a subject, given the alert that is open for it. A breach counts as long as anybody reports,
 * early and without waiting; the end is judged at the watermark, with coverage, three windows long, after the firing; a cohort
 * that left the fleet ends by the health of its former nodes.
 */
export const assessRule = (rule: Rule, subject: Subject, alert: Alert | undefined, view: TickView): Assessment => {
  const { measure, holds } = readCondition(rule, subject, view.endSlot, view);
  const fast = readFastPath(rule, subject, view);
  if ((holds || fast !== undefined) && view.attendance(subject).live.length > 0) {
    const reason = reasonOf(rule, subject, measure, view.endSlot, view);
    return { is: 'breached', reason: withFastPath(reason, rule, fast) };
  }
  const absence = readAbsence(rule, subject, view);
  if (absence !== undefined) return absence;
  if (alert === undefined) return { is: 'undecided' };
  return (
    readClear(rule, subject, alert, view) ??
    readDeparture(rule, subject, alert, view) ??
    (rule.noData === 'ignore' ? undefined : readUnknown(measure, subject, view)) ?? { is: 'undecided' }
  );
};
