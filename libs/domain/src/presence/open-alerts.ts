import { type Alert, alertKeyOf } from '../alert/alert.js';
import type { AlertSubject, Rule } from '../rule/rule.js';

/** A rule on presence: its condition is decided from evidence, not read from one window. */
export type PresenceRule = Pick<Rule, 'name' | 'severity'>;

/** The alerts that are open at the beginning of a tick, by what they are about. */
export class OpenAlerts {
  private readonly byKey = new Map<string, Alert>();

  constructor(alerts: Iterable<Alert>) {
    for (const alert of alerts) this.byKey.set(alertKeyOf(alert.rule, alert.scope, alert.key), alert);
  }

  find({ name }: PresenceRule, { scope, key }: AlertSubject): Alert | undefined {
    return this.byKey.get(alertKeyOf(name, scope, key));
  }

  of({ name }: PresenceRule): readonly Alert[] {
    return [...this.byKey.values()].filter(({ rule }) => rule === name);
  }
}
