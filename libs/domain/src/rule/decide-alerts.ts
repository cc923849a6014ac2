import { type Alert, alertKeyOf, type Assessment } from '../alert/alert.js';
import { decideAlert } from '../alert/alert.decide.js';
import { flappingOf } from '../alert/firings.js';
import type { PendingAlert } from '../alert/pending.js';
import { assessRule } from './assess.js';
import type { Assessments, Deciding } from './deciding.js';
import type { Draft } from './draft.js';
import { cohortKey } from './presence.js';
import { type AlertSubject, FLEET, type Rule, type Subject } from './rule.js';
import type { TickView } from './tick-view.js';

/** Cohorts first: where both breach in one tick, the incident is named after the release, not after the fleet. */
const subjectsOf = (view: TickView, alerts: Iterable<AlertSubject>): readonly Subject[] => {
  const cohorts = new Set(view.nodes.map((node) => cohortKey(node.release, node.region)));
  for (const { scope, key } of alerts) if (scope === 'release_region') cohorts.add(key);
  return [...[...cohorts].sort().map((key): Subject => ({ scope: 'release_region', key })), FLEET];
};

const byKeyOf = <T extends Alert | PendingAlert>(alerts: Iterable<T>): ReadonlyMap<string, T> =>
  new Map(Array.from(alerts, (alert) => [alertKeyOf(alert.rule, alert.scope, alert.key), alert]));

/** Decides what a tick says of every rule for each of its subjects. */
export const decideAlerts = (draft: Draft, { view, rules, hash }: Deciding): Assessments => {
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
  for (const subject of subjectsOf(view, [...open.values(), ...pending.values()]))
    for (const rule of rules) decide(rule, subject);
  return assessments;
};
