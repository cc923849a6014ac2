import { type Event, type EventData, type Impact, type Mute, type Scope, TIERS, event } from '#contracts';
import type { Alert } from '../alert/alert.js';
import { groupOf, isExternal } from '../external-alert/external-alert.js';
import { decideRejoin } from '../external-alert/joined.decide.js';
import { coversOf } from '../impact/covered.js';
import type { ImpactParts } from '../impact/impact-parts.js';
import { dollarsOf } from '../impact/money-lost.js';
import { describeSubject } from '../rule/describe-subject.js';
import { type Incident, lostUntil, releaseOfSubject } from './incident.js';
import { covers, isOfNodes, type PlaceOf } from './place.js';

/** A change of impact is told when score, customers or money moved by a tenth: less is noise on a page. */
const IMPACT_CHANGE_MIN = 0.1;
/** An incident tells its impact at most each 5 s, so an incident of 3 hours tells it at most 2,160 times. */
const IMPACT_INTERVAL_MS = 5_000;
/** The first change may follow the opening sooner: at the first bad second hardly a customer is known to be hurt. */
const IMPACT_FIRST_MS = 1_000;

/** Customers that begin to fail within a minute of each other have one fault, until it is known better. */
const CUSTOMERS_TOGETHER_MS = 60_000;

/**
 * Alerts of an incident, those that ended included: two rules of a thousand subjects each, the most that a rule judges. One that is full
 * takes no further: who comes next, if critical, opens another, which pages, and the others join that. So nothing is left out, and a
 * fault of any size pages once for so many alerts.
 */
export const INCIDENT_ALERTS_MAX = 2_000;

/** How a new alert is related to what is open, as far as the tick shows it. */
export interface Links {
  /** The alert that inhibits it. */
  readonly causedBy?: string | undefined;
  /** Why it may not page. */
  readonly muted?: Mute | undefined;
  /** Whether it and an incident are about the same failures. */
  readonly isSameFault?: (incident: Incident) => boolean;
}

/**
 * By what an incident is about: any for the fleet's alerts, else the one of the same release, or of none yet; for nodes and their groups
 * one that is about the same place. What fails in a release or the fleet never hides in the incident of a machine.
 */
const incidentByPlace = (alert: Alert, open: readonly Incident[], placeOf: PlaceOf): Incident | undefined => {
  // Only with its like: nobody can say that what another system sees is what fails here, and a page of it would be lost.
  if (isExternal(alert)) {
    const group = groupOf(alert);
    return open.find(
      ({ root, subject }) => isExternal(subject) && groupOf({ rule: root.rule, key: subject.key }) === group,
    );
  }
  if (isOfNodes(alert)) {
    const place = placeOf(alert);
    return open.find(({ subjects }) => subjects.some((subject) => covers(subject, place, placeOf)));
  }
  if (alert.scope === 'customer') {
    return open.find(
      ({ subject, openedAtMs }) =>
        subject.scope === 'customer' && alert.firedAtMs - openedAtMs <= CUSTOMERS_TOGETHER_MS,
    );
  }
  const wide = open.filter(
    ({ subject }) => !isOfNodes(subject) && subject.scope !== 'customer' && !isExternal(subject),
  );
  const release = releaseOfSubject(alert.scope, alert.key);
  if (release === undefined) return wide[0];
  return wide.find(({ suspect }) => suspect === release) ?? wide.find(({ suspect }) => suspect === undefined);
};

/** The open incident an alert belongs to: that of its cause, the one about its place, or one about the same failures. */
const incidentOf = (
  alert: Alert,
  open: readonly Incident[],
  placeOf: PlaceOf,
  { causedBy, isSameFault }: Links,
): Incident | undefined =>
  (causedBy === undefined ? undefined : open.find(({ alertIds }) => alertIds.has(causedBy))) ??
  incidentByPlace(alert, open, placeOf) ??
  (isSameFault && open.find(isSameFault));

/** What an incident is opened with. */
export interface Opening {
  readonly incidentId: string;
  readonly title: string;
  readonly impact: Impact;
  /** Log time, ms, at which its subject began to fail; undefined where the windows do not show it. */
  readonly onsetAt?: number | undefined;
}

/**
 * Alerts of lost telemetry and warnings about one node stand alone: what is lost says nothing of a release, and must neither open an
 * incident nor hold one open.
 */
const standsAlone = ({ scope, severity }: Alert): boolean =>
  scope === 'partition' || (scope === 'node' && severity !== 'critical');

/** How much of the fleet an alert is about; a change of it that nobody was paged for is told. */
const WIDTH: Readonly<Record<Scope, number>> = {
  partition: 0,
  node: 0,
  customer: 0,
  external: 0,
  pop: 1,
  release_region: 1,
  region: 2,
  release: 2,
  fleet: 3,
};

/**
 * Whether an alert that joins says more than the page of its incident: it is critical, and it is about more of the fleet than anything
 * that the page told. A page for one release must not stand for a fleet that fails.
 */
const isWider = ({ scope, severity }: Alert, { widest }: Incident): boolean =>
  severity === 'critical' && WIDTH[scope] > WIDTH[widest];

/** What joining tells beside itself: nothing of what is explained; of what is muted, that it will be told when that ends. */
const tellingOf = (
  alert: Alert,
  incident: Incident,
  { causedBy, muted }: Links,
): Pick<EventData<'AlertJoinedIncident'>, 'widens' | 'muted'> => {
  if (causedBy !== undefined || !isWider(alert, incident)) return {};
  const { scope, key, reason } = alert;
  return muted === undefined ? { widens: { scope, key, reason: reason.text.slice(0, 500) } } : { muted };
};

/**
 * Where a new alert goes: into the open incident it belongs to and that is not full; else a critical one opens its own, unless its
 * cause is in a full one, and a warning stands alone, to join when an incident opens.
 */
export const decideMembership = (
  alert: Alert,
  open: readonly Incident[],
  at: number,
  opening: () => Opening,
  placeOf: PlaceOf,
  links: Links = {},
): readonly Event[] => {
  if (standsAlone(alert)) return [];
  const within = open.find(({ alertIds }) => alertIds.has(alert.alertId));
  if (within !== undefined) return decideRejoin(within, alert, at);
  const { alertId, rule, severity, scope, key, reason } = alert;
  const notFull = open.filter(({ alertIds }) => alertIds.size < INCIDENT_ALERTS_MAX);
  const incident = incidentOf(alert, notFull, placeOf, links);
  if (incident !== undefined) {
    const { incidentId } = incident;
    const telling = tellingOf(alert, incident, links);
    return [event('AlertJoinedIncident', { incidentId, alertId, rule, severity, ...telling, at })];
  }
  if (severity !== 'critical') return [];
  const { causedBy } = links;
  // Its cause is told by an incident that takes no more: another page would tell nothing.
  if (causedBy !== undefined && open.some(({ alertIds }) => alertIds.has(causedBy))) return [];
  const { incidentId, title, impact, onsetAt } = opening();
  const onset = onsetAt === undefined ? {} : { onsetAt };
  const muted = links.muted === undefined ? {} : { muted: links.muted };
  const opened = { incidentId, title, severity, alertId, rule, scope, key, reason, impact, ...onset, ...muted, at };
  return [event('IncidentOpened', opened)];
};

/**
 * Lets the page of an incident leave that was held back: one of its alerts pages by itself and is not muted, or not any more. A
 * warning, which alone would page nobody, does not.
 */
export const decideUnmute = (
  { incidentId, muted, alertIds }: Incident,
  alerts: ReadonlyMap<string, Alert>,
  mutes: ReadonlyMap<string, Mute>,
  at: number,
): readonly Event[] => {
  if (muted === undefined) return [];
  const paging = [...alertIds]
    .map((alertId) => alerts.get(alertId))
    .find((alert) => alert?.severity === 'critical' && !mutes.has(alert.alertId));
  if (paging === undefined) return [];
  const what = `${paging.rule} ${describeSubject(paging)}`;
  const isFirst = paging.alertId === [...alertIds][0];
  const because = isFirst ? `${what} is muted no longer, and goes on` : `${what} is not muted`;
  return [event('IncidentUnmuted', { incidentId, alertId: paging.alertId, because: because.slice(0, 500), at })];
};

/** Tells the widest of the alerts that joined while they were muted and are not any more; of what is as wide the page says enough. */
export const decideWidening = (
  incident: Incident,
  alerts: ReadonlyMap<string, Alert>,
  mutes: ReadonlyMap<string, Mute>,
  at: number,
): readonly Event[] => {
  const { incidentId, held, muted } = incident;
  if (muted !== undefined) return [];
  const [widest] = [...held]
    .map((alertId) => alerts.get(alertId))
    .filter((alert) => alert !== undefined)
    .filter((alert) => !mutes.has(alert.alertId) && isWider(alert, incident))
    .toSorted((a, b) => WIDTH[b.scope] - WIDTH[a.scope]);
  if (widest === undefined) return [];
  const { alertId, rule, severity } = widest;
  return [
    event('AlertJoinedIncident', { incidentId, alertId, rule, severity, ...tellingOf(widest, incident, {}), at }),
  ];
};

const moved = (before: number, now: number): boolean =>
  now !== before && Math.abs(now - before) >= IMPACT_CHANGE_MIN * before;

/** Whether other customers are counted than before; as long as nobody is hurt it makes no difference who is not. */
const isOfOthers = (before: Impact, now: Impact): boolean => {
  if (before.affectedCustomers === 0 && now.affectedCustomers === 0) return false;
  const [was, is] = [coversOf(before), coversOf(now)];
  return (
    was.length !== is.length ||
    is.some(({ scope, key }) => !was.some((each) => each.scope === scope && each.key === key))
  );
};

const isNews = (before: Impact, now: Impact): boolean =>
  isOfOthers(before, now) ||
  moved(before.score, now.score) ||
  moved(before.affectedCustomers, now.affectedCustomers) ||
  moved(before.dollarsPerMinute, now.dollarsPerMinute) ||
  TIERS.some((tier) => before.byTier[tier] === 0 && now.byTier[tier] > 0);

/** Tells a changed impact, if the last telling is old enough and the change matters; it is read only then, and so are its parts. */
export const decideImpact = (
  incident: Incident,
  read: () => Impact,
  at: number,
  parts: () => ImpactParts = () => ({}),
): readonly Event[] => {
  const { incidentId, impactAtMs, openedAtMs } = incident;
  const dueAtMs = impactAtMs === undefined ? openedAtMs + IMPACT_FIRST_MS : impactAtMs + IMPACT_INTERVAL_MS;
  if (at < dueAtMs) return [];
  const impact = read();
  if (!isNews(incident.impact, impact)) return [];
  const cumulativeDollars = dollarsOf(lostUntil(incident, at));
  return [event('IncidentImpactChanged', { incidentId, impact: { ...impact, ...parts(), cumulativeDollars }, at })];
};

/** Ends an incident when nothing of it is left: no alert, no rollback under way, nobody whose traffic is elsewhere. */
export const decideResolution = (
  incident: Incident,
  openAlertIds: ReadonlySet<string>,
  isHeldOpen: boolean,
  at: number,
): readonly Event[] => {
  const left = [...incident.alertIds].filter((alertId) => openAlertIds.has(alertId));
  if (left.length > 0 || isHeldOpen) return [];
  const count = incident.alertIds.size;
  const because = count === 1 ? 'its alert is resolved' : `all ${count} alerts are resolved`;
  return [event('IncidentResolved', { incidentId: incident.incidentId, because, at })];
};
