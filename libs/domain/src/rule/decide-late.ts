import { event, type Reason, RULE_WINDOW_MS_MAX, SLOT_MS, TICK_MS } from '#contracts';
import { alertKeyOf } from '../alert/alert.js';
import { decideAlert } from '../alert/alert.decide.js';
import { type Firing, flappingOf } from '../alert/firings.js';
import { signalOf } from '../signal/signals.js';
import { CLEAR_SPAN_SLOTS, isBeyond, readCondition, reasonOf } from './assess.js';
import type { Deciding } from './deciding.js';
import type { Draft } from './draft.js';
import { LATE_SLOTS } from './presence.js';
import { type AlertSubject, FLEET, type Rule, type Subject } from './rule.js';
import { SCOPE_ORDER, SubjectReader } from './subjects.js';
import type { TickView } from './tick-view.js';

/** All outcomes of a slot are there when the slot a lateness after it is over. */
const FINAL_SLOTS = LATE_SLOTS + 1;
/** For so many slots a firing may still be judged, in case slots were skipped; as long as the longest window is held. */
const JUDGED_SLOTS = CLEAR_SPAN_SLOTS - 1;
const TICKS_PER_SLOT = SLOT_MS / TICK_MS;
const TEXT_MAX = 500;

/** How far before its firing an episode may have begun, as far as windows are held. */
const earlierSlots = ({ windowMs }: Rule): number =>
  Math.min(LATE_SLOTS, Math.max(0, (RULE_WINDOW_MS_MAX - windowMs) / SLOT_MS));

/** Whether a rule can be read for a slot of a minute ago: windows of outcomes can, counts of nodes, tickets and long windows cannot. */
const isOfSlots = ({ signal, windowMs }: Rule): boolean =>
  signalOf(signal).counts === 'outcomes' && windowMs <= RULE_WINDOW_MS_MAX;

/**
 * Whether the fleet has outcomes in a slot. Where it has none, it was silent or gone: early decisions look at the newest slot that was
 * told and so at no window that ends there, which would run empty until few failures are many; nor may later ones.
 */
const isTold = (slot: number, view: TickView): boolean => {
  const { good, bad, excluded } = view.windows.sum('fleet', FLEET.key, SLOT_MS, slot);
  return good + bad + excluded > 0;
};

const isSame = (rule: Rule, { tick }: Firing, { loaded }: Deciding): boolean =>
  loaded === undefined || tick >= loaded.fromTick || !loaded.changed.has(rule.name);

/** Whether it was the window that breached: absence and the sequential test fire on other grounds. */
const firedOnWindow = ({ comparison, threshold, signal }: Rule, { value }: Firing): boolean =>
  value === null ? signal === 'latency' : isBeyond(comparison, threshold, value);

const lateReason = (reason: Reason, text: string): Reason => ({ ...reason, text: text.slice(0, TEXT_MAX) });

/** Judges the firings whose windows are final now: those that do not breach with all data are overturned. */
const judgeFirings = (draft: Draft, deciding: Deciding, finalSlot: number): void => {
  const { view, rules } = deciding;
  for (const firing of draft.state.firings) {
    if (firing.slot > finalSlot || firing.slot <= finalSlot - JUDGED_SLOTS) continue;
    const rule = rules.find(({ name }) => name === firing.rule);
    if (rule === undefined || firing.verdict !== undefined || firing.isLate || !isSame(rule, firing, deciding))
      continue;
    if (!isOfSlots(rule) || !view.late.touches(rule.windowMs, firing.slot) || !firedOnWindow(rule, firing)) continue;
    const subject = subjectOf(rule, firing);
    if (subject === undefined) continue;
    const { measure, holds } = readCondition(rule, subject, firing.slot, view);
    if (holds || heldBefore(rule, subject, firing, deciding)) continue;
    const reason = reasonOf(rule, subject, measure, firing.slot, view);
    const told = lateReason(reason, `with late data: ${reason.text}`);
    const { alertId } = firing;
    draft.add([event('AlertCorrected', { alertId, verdict: 'overturned', reason: told, at: view.at })]);
  }
};

const subjectOf = ({ scopes }: Rule, { scope, key }: AlertSubject): Subject | undefined => {
  const known = scopes.find((each) => each === scope);
  return known && { scope: known, key };
};

/** Whether a window shortly before the firing breaches with all data: it fired later than it would have. */
const heldBefore = (rule: Rule, subject: Subject, { slot }: Firing, { view }: Deciding): boolean => {
  for (let end = slot - 1; end >= slot - earlierSlots(rule); end -= 1)
    if (isTold(end, view) && readCondition(rule, subject, end, view).holds) return true;
  return false;
};

/** The firing of whose episode a slot is. */
const coveringOf = (firings: readonly Firing[], alertKey: string, rule: Rule, slot: number): Firing | undefined =>
  firings.findLast(
    (firing) =>
      firing.alertKey === alertKey &&
      slot >= firing.slot - rule.windowMs / SLOT_MS &&
      slot <= (firing.endSlot ?? Infinity),
  );

/** Whether a rule has a firing that was overturned and whose episode a slot may be of: a later window of it may breach, late data or not. */
const isOverturned = (firings: readonly Firing[], rule: Rule, slot: number): boolean =>
  firings.some(
    (firing) => firing.rule === rule.name && firing.verdict === 'overturned' && slot <= (firing.endSlot ?? Infinity),
  );

/** What the window that is final now says of a rule for a subject, where late data is in it or its alert was overturned. */
const decideFinal = (draft: Draft, deciding: Deciding, rule: Rule, subject: Subject, slot: number): void => {
  const { view, hash } = deciding;
  const { measure, holds } = readCondition(rule, subject, slot, view);
  if (!holds) return;
  const alertKey = alertKeyOf(rule.name, subject.scope, subject.key);
  const reason = reasonOf(rule, subject, measure, slot, view);
  const covering = coveringOf(draft.state.firings, alertKey, rule, slot);
  if (covering !== undefined) {
    if (covering.verdict !== 'overturned') return;
    const told = lateReason(reason, `after all: ${reason.text}`);
    draft.add([event('AlertCorrected', { alertId: covering.alertId, verdict: 'upheld', reason: told, at: view.at })]);
    return;
  }
  const isOpen = [...draft.state.alerts.values()].some(
    (alert) => alertKeyOf(alert.rule, alert.scope, alert.key) === alertKey,
  );
  // Without late data it is what a decision in time saw.
  if (isOpen || !view.late.touches(rule.windowMs, slot)) return;
  const told = lateReason(reason, `${reason.text}, ${LATE_SLOTS}s ago, found with late data`);
  const events = decideAlert(
    undefined,
    { is: 'breached', reason: told },
    {
      rule,
      subject,
      at: view.at,
      newAlertId: () => hash(`alert|${alertKey}|${view.tick}`),
      flapping: () => flappingOf(draft.state.firings, alertKey, view.at),
      isLate: true,
    },
  );
  draft.add(events);
};

/**
 * Corrects the record by late data, once a second: outcomes are accepted for a minute, and a decision does not wait for them. What
 * breaches with all data and was covered by no alert fires late, under today's rules; it ends like every alert, by the windows of now.
 * A rule with `for` is not fired late: its condition would have to be read again for all of that time.
 */
export const decideLate = (draft: Draft, deciding: Deciding): void => {
  const { view, rules } = deciding;
  // The tick that ends a second of log time, so that it is the same ticks after a restart.
  if (view.tick % TICKS_PER_SLOT !== TICKS_PER_SLOT - 1) return;
  const finalSlot = Math.floor((view.at - 1) / SLOT_MS) - FINAL_SLOTS;
  judgeFirings(draft, deciding, finalSlot);
  const { firings } = draft.state;
  const read = rules.filter(
    (rule) =>
      rule.forMs === 0 &&
      isOfSlots(rule) &&
      (view.late.touches(rule.windowMs, finalSlot) || isOverturned(firings, rule, finalSlot)),
  );
  if (read.length === 0 || !isTold(finalSlot, view)) return;
  const reader = new SubjectReader(view, []);
  for (const scope of SCOPE_ORDER)
    for (const judged of reader.read(scope, read))
      for (const rule of judged.rules) decideFinal(draft, deciding, rule, judged.subject, finalSlot);
};
