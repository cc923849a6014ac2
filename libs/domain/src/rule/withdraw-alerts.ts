import { event, type Event, SIGNAL_NAMES } from '#contracts';
import type { Alert } from '../alert/alert.js';
import type { PendingAlert } from '../alert/pending.js';
import type { Deciding } from './deciding.js';
import type { Draft } from './draft.js';

const RULE_SIGNALS: ReadonlySet<string> = new Set(SIGNAL_NAMES);

/** Presence and lost telemetry have alerts of their own, whatever the rules say. */
const isOfRules = ({ reason }: Alert | PendingAlert): boolean => RULE_SIGNALS.has(reason.signal);

const whyWithdrawn = ({ rule, scope, reason }: Alert | PendingAlert, { rules }: Deciding): string | undefined => {
  const known = rules.find(({ name }) => name === rule);
  if (known === undefined) return `there is no rule ${rule} any more`;
  if (known.signal !== reason.signal) return `rule ${rule} reads another signal`;
  return known.scopes.some((each) => each === scope) ? undefined : `rule ${rule} is not for scope ${scope} any more`;
};

const isChanged = ({ rule, reason }: PendingAlert, { loaded }: Deciding): boolean =>
  loaded !== undefined && reason.tick < loaded.fromTick && loaded.changed.has(rule);

/**
 * Ends what no rule in force judges any more. An alert of a rule that was changed goes on and is judged by the new one; a condition
 * that is pending begins anew, since what held until now was another one.
 */
export const withdrawAlerts = (draft: Draft, deciding: Deciding): void => {
  const { at } = deciding.view;
  const events: Event[] = [];
  for (const alert of draft.state.alerts.values()) {
    const because = isOfRules(alert) ? whyWithdrawn(alert, deciding) : undefined;
    if (because !== undefined) events.push(event('AlertWithdrawn', { alertId: alert.alertId, because, at }));
  }
  for (const pending of draft.state.pendings.values()) {
    const changed = isChanged(pending, deciding) ? `rule ${pending.rule} was changed` : undefined;
    const because = whyWithdrawn(pending, deciding) ?? changed;
    if (because !== undefined) events.push(event('AlertPendingEnded', { alertId: pending.alertId, because, at }));
  }
  draft.add(events);
};
