import { type Alert, alertKeyOf, type Assessment } from '../alert/alert.js';
import { decideAlert } from '../alert/alert.decide.js';
import { flappingOf } from '../alert/firings.js';
import type { PendingAlert } from '../alert/pending.js';
import { assessRule } from './assess.js';
import type { Assessments, Deciding } from './deciding.js';
import type { Draft } from './draft.js';
import type { Rule, Subject } from './rule.js';
import { withdrawAlerts } from './withdraw-alerts.js';
import { SCOPE_ORDER, SubjectReader } from './subjects.js';

const byKeyOf = <T extends Alert | PendingAlert>(alerts: Iterable<T>): ReadonlyMap<string, T> =>
  new Map(Array.from(alerts, (alert) => [alertKeyOf(alert.rule, alert.scope, alert.key), alert]));

/** Decides what a tick says of every rule for each of its subjects. */
export const decideAlerts = (draft: Draft, deciding: Deciding): Assessments => {
  const { view, rules, hash } = deciding;
  withdrawAlerts(draft, deciding);
  const { state } = draft;
  const [open, pending] = [byKeyOf(state.alerts.values()), byKeyOf(state.pendings.values())];
  const assessments = new Map<string, Assessment>();
  const decide = (rule: Rule, subject: Subject): void => {
    const alertKey = alertKeyOf(rule.name, subject.scope, subject.key);
    const alert = open.get(alertKey);
    const assessment = assessRule(rule, subject, alert, view);
    assessments.set(alertKey, assessment);
    draft.add(
      decideAlert(alert, assessment, {
        rule,
        subject,
        at: view.at,
        newAlertId: () => hash(`alert|${alertKey}|${view.tick}`),
        pending: pending.get(alertKey),
        flapping: () => flappingOf(draft.state.firings, alertKey, view.at),
      }),
    );
  };
  const reader = new SubjectReader(view, [...open.values(), ...pending.values()]);
  for (const scope of SCOPE_ORDER)
    for (const judged of reader.read(scope, rules)) for (const rule of judged.rules) decide(rule, judged.subject);
  return assessments;
};
