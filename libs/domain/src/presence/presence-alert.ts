import type { Reason } from '#contracts';
import { type Alert, alertKeyOf, type Assessment } from '../alert/alert.js';
import { decideAlert } from '../alert/alert.decide.js';
import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import type { AlertSubject, Rule } from '../rule/rule.js';

/** A rule on presence: its condition is decided from evidence, not read from one window. */
export type PresenceRule = Pick<Rule, 'name' | 'severity'>;

/** The numbers of a reason that differ. */
export type ReasonNumbers = Pick<Reason, 'value' | 'threshold' | 'windowMs' | 'good' | 'bad' | 'coverage'>;

/** A text of a reason is cut here, as the contract says. */
const TEXT_MAX = 500;

/** The reason of a rule on presence. */
export const presenceReason = (
  rule: PresenceRule,
  text: string,
  tick: number,
  numbers: Partial<ReasonNumbers> = {},
): Reason => ({
  rule: rule.name,
  signal: 'presence',
  text: text.slice(0, TEXT_MAX),
  value: null,
  threshold: 0,
  windowMs: 10_000,
  good: 0,
  bad: 0,
  coverage: 1,
  ...numbers,
  tick,
});

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

/** Adds what an assessment changes about the alert of a rule on presence. */
export const addAlert = (
  draft: Draft,
  { view, hash }: Deciding,
  rule: PresenceRule,
  subject: AlertSubject,
  alert: Alert | undefined,
  assessment: Assessment,
): void => {
  const { tick, at } = view;
  const { scope, key } = subject;
  const newAlertId = (): string => hash(`alert|${alertKeyOf(rule.name, scope, key)}|${tick}`);
  draft.add(decideAlert(alert, assessment, { rule, subject: { scope, key }, at, newAlertId }));
};
