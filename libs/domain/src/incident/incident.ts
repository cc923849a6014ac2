import {
  callKeyOf,
  type Cause,
  type EventOf,
  type Impact,
  KEY_SEPARATOR,
  type Mute,
  type Priority,
  type Scope,
} from '#contracts';
import type { Alert } from '../alert/alert.js';
import { isExternal } from '../external-alert/external-alert.js';
import { evolveJoined, firstJoined, type Joined } from '../external-alert/joined.js';
import type { AlertSubject } from '../rule/rule.js';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';
import { type DollarMs, lostSince } from '../impact/money-lost.js';
import type { ToldSpillover } from '../signal/spillover.js';
import { evolveHolding, type Holding } from './holding.js';

/** Which changes were told to explain an incident, when, and how often that was told. */
export interface Ranking {
  readonly causes: readonly Cause[];
  readonly atMs: number;
  readonly count: number;
}

/**
 * An incident: the alerts that belong together. `open` from its first critical alert until all of its alerts are resolved and no
 * rollback is under way for it; an acknowledgement does not change it. Its id is the page key for its whole life (RR15). One that
 * opens for an alert that is muted holds its page back; when that ends, or another alert joins that may page, the page leaves, and
 * from then on it is as every other. An alert that explains what it opened for becomes its root; it stays one incident.
 */
export interface Incident {
  readonly incidentId: string;
  readonly state: 'open' | 'resolved';
  /** At most `INCIDENT_ALERTS_MAX`. */
  readonly alertIds: ReadonlySet<string>;
  /** The release that its root points at; undefined when that is the fleet, or nodes. */
  readonly suspect: string | undefined;
  /** The alert that explains the others, as far as is known: the one that opened it, until another takes its place. */
  readonly root: Pick<Alert, 'alertId' | 'rule' | 'severity'>;
  /** What the root is about. */
  readonly subject: AlertSubject;
  /** What it ever was about: alerts of each place join it. */
  readonly subjects: readonly AlertSubject[];
  /** The widest scope that it was paged for. */
  readonly widest: Scope;
  /** Alerts that were muted when they joined, of more of the fleet than the page tells. */
  readonly held: ReadonlySet<string>;
  /** Why its page is held back; undefined: it left. */
  readonly muted: Mute | undefined;
  readonly ranking: Ranking | undefined;
  readonly impact: Impact;
  /** When the impact was last told; for the opening itself see `openedAtMs`. */
  readonly impactAtMs: number | undefined;
  /** What was lost until the impact was last told. */
  readonly lost: DollarMs;
  /** Whether somebody has it; undefined: nobody ever had. */
  readonly holding?: Holding | undefined;
  /** What joined it, of one that is of another system. */
  readonly joined?: Joined | undefined;
  readonly openedAtMs: number;
  readonly resolvedAtMs: number | undefined;
  /** Provider → what was told of it last. */
  readonly spillovers: ReadonlyMap<string, ToldSpillover>;
  /** undefined until it is declared. */
  readonly priority: Priority | undefined;
  /** The keys of the calls beside its page, by which each is made once. */
  readonly calls: ReadonlySet<string>;
  /** What was asked for, and is not asked for again. */
  readonly requested: ReadonlySet<IncidentRequest>;
}

/** What an incident may ask for that Tocsin does not do itself. */
export type IncidentRequest = 'status_update' | 'fall_back';

/** The release of a subject; undefined for subjects that are of no release. */
export const releaseOfSubject = (scope: Scope, key: string): string | undefined =>
  scope === 'release' ? key : scope === 'release_region' ? key.split(KEY_SEPARATOR)[0] : undefined;

/** Events of an incident's stream. */
export const isIncidentEvent = isEventOf(
  'IncidentOpened',
  'AlertJoinedIncident',
  'IncidentImpactChanged',
  'IncidentAcknowledged',
  'IncidentResolved',
  'SpilloverObserved',
  'IncidentUnmuted',
  'IncidentCauseChanged',
  'IncidentCausesRanked',
  'IncidentDeclared',
  'IncidentEscalated',
  'StatusUpdateRequested',
  'FallBackRequested',
  'IncidentHandedOver',
  'IncidentSnoozed',
  'IncidentNoted',
  'RunbookResultAttached',
);

/** What was lost until a moment (B9). */
export const lostUntil = ({ lost, impact, impactAtMs, openedAtMs }: Incident, until: number): DollarMs =>
  lost + lostSince({ at: impactAtMs ?? openedAtMs, dollarsPerMinute: impact.dollarsPerMinute }, until);

const opened = ({ data }: EventOf<'IncidentOpened'>): Incident => {
  const { incidentId, alertId, rule, severity, scope, key, impact, muted, at } = data;
  const subject = { scope, key };
  return {
    incidentId,
    state: 'open',
    alertIds: new Set([alertId]),
    suspect: releaseOfSubject(scope, key),
    root: { alertId, rule, severity },
    subject,
    subjects: [subject],
    widest: scope,
    held: new Set(),
    muted,
    ranking: undefined,
    impact,
    impactAtMs: undefined,
    lost: 0,
    openedAtMs: at,
    resolvedAtMs: undefined,
    spillovers: new Map(),
    priority: undefined,
    calls: new Set(),
    requested: new Set(),
    ...(isExternal(subject) && { joined: firstJoined(alertId, at) }),
  };
};

const rerooted = (incident: Incident, { data }: EventOf<'IncidentCauseChanged'>): Incident => {
  const { alertId, rule, scope, key } = data;
  const subject = { scope, key };
  return {
    ...incident,
    root: { alertId, rule, severity: incident.root.severity },
    suspect: releaseOfSubject(scope, key) ?? incident.suspect,
    subject,
    subjects: [...incident.subjects, subject],
  };
};

const joined = (incident: Incident, { data }: EventOf<'AlertJoinedIncident'>): Incident => {
  const { alertId, widens, muted } = data;
  return {
    ...incident,
    alertIds: new Set([...incident.alertIds, alertId]),
    widest: widens?.scope ?? incident.widest,
    held: new Set([...incident.held].filter((each) => each !== alertId).concat(muted === undefined ? [] : [alertId])),
  };
};

/** The incident after an event; undefined when it is not one that opens it. */
export const evolveIncident = (
  incident: Incident | undefined,
  event: GuardedEvent<typeof isIncidentEvent>,
): Incident | undefined => {
  const evolved = evolve(incident, event);
  if (evolved === undefined || event.type === 'IncidentOpened') return evolved;
  const [holding, joined] = [evolveHolding(evolved.holding, event), evolveJoined(evolved.joined, event)];
  return holding === evolved.holding && joined === evolved.joined ? evolved : { ...evolved, holding, joined };
};

const evolve = (incident: Incident | undefined, event: GuardedEvent<typeof isIncidentEvent>): Incident | undefined => {
  switch (event.type) {
    case 'IncidentOpened':
      return opened(event);
    case 'AlertJoinedIncident':
      return incident && joined(incident, event);
    case 'IncidentImpactChanged': {
      const { impact, at } = event.data;
      return incident && { ...incident, impact, impactAtMs: at, lost: lostUntil(incident, at) };
    }
    case 'IncidentResolved':
      return incident && { ...incident, state: 'resolved', resolvedAtMs: event.data.at };
    case 'SpilloverObserved':
      return (
        incident && { ...incident, spillovers: new Map([...incident.spillovers, [event.data.provider, event.data]]) }
      );
    case 'IncidentUnmuted':
      return incident && { ...incident, muted: undefined };
    case 'IncidentCauseChanged':
      return incident && rerooted(incident, event);
    case 'IncidentCausesRanked': {
      const { causes, at } = event.data;
      const count = (incident?.ranking?.count ?? 0) + 1;
      return incident && { ...incident, ranking: { causes, atMs: at, count } };
    }
    case 'IncidentDeclared':
      return incident && { ...incident, priority: event.data.priority };
    case 'IncidentEscalated':
      return incident && { ...incident, calls: new Set([...incident.calls, callKeyOf(event.data)]) };
    case 'StatusUpdateRequested':
      return incident && { ...incident, requested: new Set([...incident.requested, 'status_update']) };
    case 'FallBackRequested':
      return incident && { ...incident, requested: new Set([...incident.requested, 'fall_back']) };
    // What people do with it decides nothing here; it is known, so that the next decision is appended behind it.
    case 'IncidentHandedOver':
    case 'IncidentSnoozed':
    case 'IncidentNoted':
    case 'RunbookResultAttached':
    case 'IncidentAcknowledged':
      return incident;
  }
};
