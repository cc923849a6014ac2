import { type Rule, SLOT_MS } from '#contracts';
import type { Alert } from '../alert/alert.js';
import { readCondition } from '../rule/assess.js';
import type { TickView } from '../rule/tick-view.js';
import { REFUSAL_AFTER_MS } from './redirect.decide.js';

/** Nobody asks beyond the time after which a refusal is recorded. */
const LOOKED_AT_MS = REFUSAL_AFTER_MS;

/**
 * For how long the condition of an alert has held by now, ms: since the first of the last seconds without a break on which it did, and
 * not since the alert fired, which goes on to fire while the condition comes and goes. Where it does not hold by its windows, another
 * proof does (a sequential test, or absence), which takes its own time: then the age of the alert counts.
 */
export const heldMsOf = (alert: Alert, rule: Rule | undefined, view: TickView): number => {
  const ageMs = view.at - alert.firedAtMs;
  const { scope, key } = alert;
  if (rule === undefined || scope === 'partition' || scope === 'external' || ageMs === 0) return ageMs;
  const holdsAt = (slot: number): boolean => readCondition(rule, { scope, key }, slot, view).holds;
  if (!holdsAt(view.endSlot)) return ageMs;
  let heldMs = view.at - view.endSlot * SLOT_MS;
  for (let slot = view.endSlot - 1; heldMs < LOOKED_AT_MS && holdsAt(slot); slot -= 1) heldMs += SLOT_MS;
  return Math.min(ageMs, heldMs);
};
