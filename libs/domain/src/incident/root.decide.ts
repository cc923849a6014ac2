import { event, type Event } from '#contracts';
import type { Alert } from '../alert/alert.js';
import { describeSubject } from '../rule/describe-subject.js';
import type { DeciderState } from '../rule/decider-state.js';
import {
  asCause,
  type Causality,
  causeOrder,
  EXPLAINED_MIN,
  mayCause,
  partOfAlert,
  type Suspect,
} from './causality.js';
import { type Incident, releaseOfSubject } from './incident.js';
import type { Links } from './incident.decide.js';

/** A release that is worse takes the incident of a machine or a PoP over only where at least half of what fails of it is there. */
const SAME_FAILURES_MIN = 0.5;

const rootOf = ({ root, subject }: Incident): Suspect => ({ ...root, ...subject });

const isSubject = (a: Suspect, b: Suspect): boolean => a.scope === b.scope && a.key === b.key;

/**
 * Whether an alert is the fault behind what an incident is rooted at: of a part that the root's rests on, about the same subject or
 * with most of its failures. That a place contains another is no evidence here: a page for one machine must not stand for a fleet.
 */
const isBehind = (alert: Suspect, incident: Incident, causality: Causality): boolean => {
  const root = rootOf(incident);
  if (partOfAlert(alert, causality) === partOfAlert(root, causality) || !mayCause(alert, root, causality)) return false;
  if (isSubject(alert, root)) return true;
  const { failures } = causality;
  if ((failures.share(asCause(alert), root) ?? 0) < EXPLAINED_MIN) return false;
  const isNarrow = root.scope === 'node' || root.scope === 'pop';
  return !isNarrow || (failures.share(root, asCause(alert)) ?? 0) >= SAME_FAILURES_MIN;
};

const isSameFault = (alert: Alert, incident: Incident, causality: Causality): boolean =>
  isBehind(alert, incident, causality) ||
  // What fails in a release never hides in the incident of another thing: it is behind it, or has its own.
  (releaseOfSubject(alert.scope, alert.key) === undefined &&
    (causality.failures.share(asCause(incident.subject), alert) ?? 0) >= EXPLAINED_MIN);

/** How an alert is related to what is open. */
export const linksOf = (alert: Alert, { quiet }: DeciderState, causality: Causality): Links => {
  const mute = quiet.mutes.get(alert.alertId);
  return {
    causedBy: mute?.by === 'alert' ? mute.id : undefined,
    // Who is inhibited has a cause that pages; should it have no incident, this one pages for it.
    muted: mute?.by === 'alert' ? undefined : mute,
    isSameFault: (incident) => isSameFault(alert, incident, causality),
  };
};

/**
 * Gives an incident the root that explains the one it has: a cause that came later than its symptoms. Each root comes strictly before
 * the last in the order of causes, so it changes a few times at most.
 */
export const decideRoot = (
  incident: Incident,
  alerts: ReadonlyMap<string, Alert>,
  causality: Causality,
  titleOf: (alert: Alert) => string,
  at: number,
): readonly Event[] => {
  const { incidentId, alertIds, root } = incident;
  const members = [...alertIds].map((alertId) => alerts.get(alertId)).filter((alert) => alert !== undefined);
  const behind = members
    .filter(({ alertId }) => alertId !== root.alertId)
    .filter((alert) => isBehind(alert, incident, causality))
    .toSorted((a, b) => causeOrder(a, b, causality))[0];
  if (behind === undefined) return [];
  const { alertId, rule, scope, key, reason } = behind;
  const because = `${rule} ${describeSubject(behind)} explains ${root.rule} ${describeSubject(incident.subject)}`;
  const changed = { incidentId, title: titleOf(behind), alertId, rule, scope, key, reason, at };
  return [event('IncidentCauseChanged', { ...changed, because: because.slice(0, 500) })];
};
