import { type EscalationTarget, type Impact, KEY_SEPARATOR, type Priority, type Scope } from '#contracts';
import type { AlertSubject } from '../rule/rule.js';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';
import { type DollarMs, lostSince } from '../impact/money-lost.js';
import type { ToldSpillover } from '../signal/spillover.js';

/**
 * An incident: the alerts that belong together. `open` from its first critical alert until all of its alerts are resolved and no
 * rollback is under way for it; an acknowledgement does not change it. Its id is the page key for its whole life (RR15).
 */
export interface Incident {
  readonly incidentId: string;
  readonly state: 'open' | 'resolved';
  readonly alertIds: ReadonlySet<string>;
  /** The release that the opening alert points at; undefined when it opened for the fleet, or for nodes. */
  readonly suspect: string | undefined;
  /** What the opening alert was about. */
  readonly subject: AlertSubject;
  readonly impact: Impact;
  /** When the impact was last told; for the opening itself see `openedAtMs`. */
  readonly impactAtMs: number | undefined;
  /** What was lost until the impact was last told. */
  readonly lost: DollarMs;
  readonly openedAtMs: number;
  readonly resolvedAtMs: number | undefined;
  /** Provider → what was told of it last. */
  readonly spillovers: ReadonlyMap<string, ToldSpillover>;
  /** undefined until it is declared. */
  readonly priority: Priority | undefined;
  /** Who was called beside those whom a page calls. */
  readonly escalatedTo: ReadonlySet<EscalationTarget>;
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
  'IncidentDeclared',
  'IncidentEscalated',
  'StatusUpdateRequested',
  'FallBackRequested',
);

/** What was lost until a moment (B9). */
export const lostUntil = ({ lost, impact, impactAtMs, openedAtMs }: Incident, until: number): DollarMs =>
  lost + lostSince({ at: impactAtMs ?? openedAtMs, dollarsPerMinute: impact.dollarsPerMinute }, until);

/** The incident after an event; undefined when it is not one that opens it. */
export const evolveIncident = (
  incident: Incident | undefined,
  event: GuardedEvent<typeof isIncidentEvent>,
): Incident | undefined => {
  switch (event.type) {
    case 'IncidentOpened': {
      const { incidentId, alertId, scope, key, impact, at } = event.data;
      const alertIds = new Set([alertId]);
      const suspect = releaseOfSubject(scope, key);
      return {
        incidentId,
        state: 'open',
        alertIds,
        suspect,
        subject: { scope, key },
        impact,
        impactAtMs: undefined,
        lost: 0,
        openedAtMs: at,
        resolvedAtMs: undefined,
        spillovers: new Map(),
        priority: undefined,
        escalatedTo: new Set(),
        requested: new Set(),
      };
    }
    case 'AlertJoinedIncident':
      return incident && { ...incident, alertIds: new Set([...incident.alertIds, event.data.alertId]) };
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
    case 'IncidentDeclared':
      return incident && { ...incident, priority: event.data.priority };
    case 'IncidentEscalated':
      return incident && { ...incident, escalatedTo: new Set([...incident.escalatedTo, event.data.to]) };
    case 'StatusUpdateRequested':
      return incident && { ...incident, requested: new Set([...incident.requested, 'status_update']) };
    case 'FallBackRequested':
      return incident && { ...incident, requested: new Set([...incident.requested, 'fall_back']) };
    case 'IncidentAcknowledged':
      return incident;
  }
};
