import type { Event, EventOf } from '#contracts';
import { isExternal } from '../external-alert/external-alert.js';
import type { AlertSubject } from '../rule/rule.js';
import { alertKeyOf } from './alert.js';

/** An alert key that fires for the third time ... */
export const FLAP_FIRINGS = 3;
/** ... within half an hour flaps: it pages a third time, and then no more while it goes on. */
export const FLAP_WINDOW_MS = 1_800_000;
/** What flaps is over after ten calm minutes: three times in half an hour is once in ten minutes. */
export const FLAP_CALM_MS = 600_000;
/**
 * Firings that are remembered, of our own rules and as many of other systems: a fleet of 1,000 nodes that all fire twice. Beyond it the
 * oldest of the same kind are forgotten, so that a sender in a loop costs our own none: their keys are not found to flap, and late data
 * does not correct them.
 */
export const FIRINGS_MAX = 2_048;

/** One firing of the last half hour, whether or not its alert is over. */
export interface Firing extends AlertSubject {
  readonly alertId: string;
  readonly alertKey: string;
  readonly rule: string;
  readonly atMs: number;
  /** The last slot of the window on which it fired, and the numbers: what it must be after late data. */
  readonly slot: number;
  readonly value: number | null;
  readonly tick: number;
  readonly isLate: boolean;
  /** The slot on which it resolved. */
  readonly endSlot: number | undefined;
  /** What was said of it after late data. */
  readonly verdict: 'overturned' | 'upheld' | undefined;
}

const changed = (firings: readonly Firing[], alertId: string, change: Partial<Firing>): readonly Firing[] => {
  const index = firings.findLastIndex((each) => each.alertId === alertId);
  return index < 0 ? firings : firings.with(index, { ...firings[index]!, ...change });
};

const firingOf = (event: EventOf<'AlertFired'>): Firing => {
  const { alertId, rule, scope, key, reason, isLate = false, at } = event.data;
  const { value, tick, slot = Math.floor(at / 1_000) } = reason;
  const unjudged = { endSlot: undefined, verdict: undefined };
  return {
    alertId,
    alertKey: alertKeyOf(rule, scope, key),
    rule,
    scope,
    key,
    atMs: at,
    slot,
    value,
    tick,
    isLate,
    ...unjudged,
  };
};

const added = (firings: readonly Firing[], told: EventOf<'AlertFired'>): readonly Firing[] => {
  const { at, scope } = told.data;
  const isSameKind = (firing: Firing): boolean => isExternal(firing) === isExternal({ scope });
  const young = firings.filter(({ atMs }) => atMs >= at - FLAP_WINDOW_MS);
  let excess = young.filter(isSameKind).length - FIRINGS_MAX + 1;
  const kept = excess <= 0 ? young : young.filter((firing) => !isSameKind(firing) || (excess -= 1) < 0);
  return [...kept, firingOf(told)];
};

/** The firings of the last half hour after an event, oldest first. */
export const evolveFirings = (firings: readonly Firing[], event: Event): readonly Firing[] => {
  if (event.type === 'AlertFired') return added(firings, event);
  if (event.type === 'AlertCorrected') return changed(firings, event.data.alertId, { verdict: event.data.verdict });
  if (event.type !== 'AlertResolved' && event.type !== 'AlertWithdrawn') return firings;
  const { alertId, at } = event.data;
  const slot = event.type === 'AlertResolved' ? event.data.reason.slot : undefined;
  return changed(firings, alertId, { endSlot: slot ?? Math.floor(at / 1_000) });
};

/** The how many-th firing of a key within half an hour one would be; undefined while that is nothing special. */
export const flappingOf = (firings: readonly Firing[], alertKey: string, at: number): number | undefined => {
  let count = 1;
  for (const firing of firings) if (firing.atMs > at - FLAP_WINDOW_MS && firing.alertKey === alertKey) count += 1;
  return count >= FLAP_FIRINGS ? count : undefined;
};
