import type { Reason } from '#contracts';
import { type Alert, alertKeyOf, type Assessment } from '../alert/alert.js';
import { decideAlert } from '../alert/alert.decide.js';
import type { Deciding } from '../rule/deciding.js';
import type { Draft } from '../rule/draft.js';
import type { AlertSubject } from '../rule/rule.js';
import type { PresenceRule } from './open-alerts.js';

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
