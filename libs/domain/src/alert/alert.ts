import type { Reason, Scope } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';
import type { AlertSubject, Rule } from '../rule/rule.js';

/**
 * An alert that fired and is not over. The states of an episode:
 *
 *   inactive ──AlertPending──▶ pending ──AlertFired──▶ firing ◀──AlertResumed──┬─────────────────┐
 *      ▲  │                     │                      │    │                  │                 │
 *      │  └──────AlertFired─────┼──────────────────────┘    ├─AlertBecameUnknown─▶ unknown ──┐   │
 *      ├────AlertPendingEnded───┘                           │                     ▲          │   │
 *      │                                                    └─AlertRecovering─▶ recovering ◀─┘   │
 *      └──AlertResolved── (firing, unknown, recovering)                           └──────────────┘
 *
 * - inactive → pending: the condition of a rule with `for` holds; see `PendingAlert`. Without `for` it fires on that very tick.
 * - pending → inactive: it does not hold on a tick before it is due; telemetry that stops does not hold either.
 * - inactive or pending → firing: on any tick, early, as soon as the condition holds, or has held for as long as it must.
 * - firing or recovering → unknown: the telemetry it rests on stopped (no live node, too few of them, or too little data). What
 *   the rule says of absence decides: `unknown` as here, `ignore` stays as it is, `fire` counts it as a breach.
 * - firing or unknown → recovering, where the rule keeps firing for a while or the alert flaps; else → inactive. Both only on
 *   positive evidence, three clear windows with coverage; never because telemetry stopped. With a separate clear condition a value
 *   between the two lines changes nothing.
 * - recovering → inactive: it is still clear when its time is over.
 * - firing → firing by `AlertResumed`: another system says once more that it goes on, an hour after it was recorded last.
 * - unknown or recovering → firing: the condition holds again. It is the same episode: no new page.
 *
 * Any state ends by `AlertWithdrawn` (or `AlertPendingEnded`) when the rules in force have no rule for it. `AlertCorrected` changes
 * no state: it says what the record is worth once late data is there. Nor does `AlertSeverityRaised`, after which it is critical.
 *
 * Inactive is not stored: an alert that fires again is a new episode with a new id. All times are those of the log.
 */
export interface Alert extends AlertSubject {
  readonly alertId: string;
  readonly rule: string;
  readonly severity: Rule['severity'];
  readonly state: 'firing' | 'unknown' | 'recovering';
  readonly firedAtMs: number;
  /** The slot on which it fired, or fired again: windows before it prove nothing about its end. */
  readonly firedSlot: number;
  /** When it resolves, if it is recovering and stays clear. */
  readonly untilMs?: number | undefined;
  /** Since when it is unknown, if it is. */
  readonly unknownSinceMs?: number | undefined;
  /** Whether it fired so often that it must be calm for long. */
  readonly isFlapping?: boolean;
  /** The key of whoever sent it, where it is of another system and that is known. */
  readonly sender?: string | undefined;
  /** When it resumed last, if it did: of a warning that is told once, up to when it is believed to go on is counted from here. */
  readonly resumedAtMs?: number | undefined;
  /** When it became critical, where it fired as a warning: what was said of it before was said of a warning. */
  readonly raisedAtMs?: number | undefined;
  readonly reason: Reason;
}

/** What one tick says about a rule for a subject; `undecided` = neither breached nor proved clear. */
export type Assessment =
  /** `isByAbsence`: nothing was said, which proves nothing against anybody. */
  | { readonly is: 'breached'; readonly reason: Reason; readonly isByAbsence?: true }
  | { readonly is: 'clear'; readonly reason: Reason }
  | { readonly is: 'unknown'; readonly because: string }
  | { readonly is: 'undecided' };

/** Names a rule for a subject: at most one alert of it is open. */
export const alertKeyOf = (rule: string, scope: Scope, key: string): string => `${rule}|${scope}|${key}`;

/** Events of an alert's stream that concern one that fired; `PendingAlert` has the others. */
export const isAlertEvent = isEventOf(
  'AlertFired',
  'AlertSeverityRaised',
  'AlertBecameUnknown',
  'AlertResumed',
  'AlertRecovering',
  'AlertResolved',
  'AlertWithdrawn',
  'AlertCorrected',
);

const slotOf = (reason: Reason, at: number): number => reason.slot ?? Math.floor(at / 1_000);

/** The alert after an event; undefined when it is over. */
export const evolveAlert = (alert: Alert | undefined, event: GuardedEvent<typeof isAlertEvent>): Alert | undefined => {
  switch (event.type) {
    case 'AlertFired': {
      const { alertId, rule, scope, key, severity, reason, flapping, sender, at } = event.data;
      const isFlapping = flapping !== undefined;
      const timers = { firedAtMs: at, firedSlot: slotOf(reason, at), untilMs: undefined, isFlapping };
      return { alertId, rule, scope, key, severity, state: 'firing', ...timers, sender, reason };
    }
    case 'AlertSeverityRaised':
      return alert && { ...alert, severity: event.data.severity, reason: event.data.reason, raisedAtMs: event.data.at };
    case 'AlertBecameUnknown':
      return alert && { ...alert, state: 'unknown', untilMs: undefined, unknownSinceMs: event.data.at };
    case 'AlertResumed': {
      const { reason, at } = event.data;
      const resumed = { state: 'firing', firedSlot: slotOf(reason, at), untilMs: undefined, resumedAtMs: at } as const;
      return alert && { ...alert, ...resumed, reason };
    }
    case 'AlertRecovering':
      return alert && { ...alert, state: 'recovering', untilMs: event.data.untilMs };
    case 'AlertCorrected':
      return alert;
    case 'AlertResolved':
    case 'AlertWithdrawn':
      return undefined;
  }
};
