import type { Reason, Scope } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';
import type { AlertSubject, Rule } from '../rule/rule.js';

/**
 * An alert that is not over. Its states:
 *
 *   inactive ──AlertFired──▶ firing ──AlertBecameUnknown──▶ unknown
 *       ▲                      │  ◀──────AlertResumed────────┘  │
 *       └──────AlertResolved───┴────────────────────────────────┘
 *
 * - inactive → firing: on any tick, early, as soon as the condition holds.
 * - firing → unknown: the telemetry it rests on stopped (no live node, too few of them, or too little data).
 * - firing or unknown → inactive: only on positive evidence, three clear windows with coverage; never because telemetry stopped.
 * - unknown → firing: the condition holds again on fresh data. It is the same episode: no new page.
 *
 * Inactive is not stored: an alert that fires again is a new episode with a new id.
 */
export interface Alert extends AlertSubject {
  readonly alertId: string;
  readonly rule: string;
  readonly severity: Rule['severity'];
  readonly state: 'firing' | 'unknown';
  readonly firedAtMs: number;
  /** The slot on which it fired: windows before it prove nothing about its end. */
  readonly firedSlot: number;
  readonly reason: Reason;
}

/** What one tick says about a rule for a subject; `undecided` = neither breached nor proved clear. */
export type Assessment =
  | { readonly is: 'breached'; readonly reason: Reason }
  | { readonly is: 'clear'; readonly reason: Reason }
  | { readonly is: 'unknown'; readonly because: string }
  | { readonly is: 'undecided' };

/** Names a rule for a subject: at most one alert of it is open. */
export const alertKeyOf = (rule: string, scope: Scope, key: string): string => `${rule}|${scope}|${key}`;

/** Events of an alert's stream. */
export const isAlertEvent = isEventOf('AlertFired', 'AlertBecameUnknown', 'AlertResumed', 'AlertResolved');

/** The alert after an event; undefined when it is over. */
export const evolveAlert = (alert: Alert | undefined, event: GuardedEvent<typeof isAlertEvent>): Alert | undefined => {
  switch (event.type) {
    case 'AlertFired': {
      const { alertId, rule, scope, key, severity, reason, at } = event.data;
      const firedSlot = reason.slot ?? Math.floor(at / 1_000);
      return { alertId, rule, scope, key, severity, state: 'firing', firedAtMs: at, firedSlot, reason };
    }
    case 'AlertBecameUnknown':
      return alert && { ...alert, state: 'unknown' };
    case 'AlertResumed':
      return alert && { ...alert, state: 'firing', reason: event.data.reason };
    case 'AlertResolved':
      return undefined;
  }
};
