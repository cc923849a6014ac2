import type { Event, EventOf, Impact, Mute, Priority } from '#contracts';
import { type GuardedEvent, isEventOf } from '../rule/event-guard.js';

/** How a rollback of the incident stands. */
export interface RollbackFacts {
  readonly state: 'running' | 'stopped' | 'completed';
  readonly waves: number;
  readonly wavesVerified: number;
}

/** What is known of an incident that the public may be told of. */
export interface StatusFacts {
  readonly incidentId: string;
  readonly title: string;
  readonly isCritical: boolean;
  readonly priority: Priority | undefined;
  /** Why its page is held back. */
  readonly muted: Mute | undefined;
  /** What was measured of the alert that it opened for. */
  readonly signal: string;
  readonly openedAtMs: number;
  readonly startedAtMs: number;
  readonly resolvedAtMs: number | undefined;
  /** A rule asked for an update. */
  readonly requestedAtMs: number | undefined;
  readonly affectedCustomers: number;
  /** The most that were hurt at once. */
  readonly peakCustomers: number;
  /** Where it was seen last, the worst first. */
  readonly regions: readonly string[];
  /** The worst hurt now. */
  readonly customers: readonly { readonly customerId: string; readonly name: string }[];
  readonly isCauseKnown: boolean;
  readonly rollback: RollbackFacts | undefined;
}

const withImpact = (facts: StatusFacts, { affectedCustomers, byRegion = [], top }: Impact): StatusFacts => ({
  ...facts,
  affectedCustomers,
  peakCustomers: Math.max(facts.peakCustomers, affectedCustomers),
  regions: byRegion.length === 0 ? facts.regions : byRegion.map(({ key }) => key),
  customers: top.map(({ customerId, name }) => ({ customerId, name })),
});

const opened = ({ data }: EventOf<'IncidentOpened'>): StatusFacts => {
  const { incidentId, title, severity, muted, reason, onsetAt, impact, scope, key, at } = data;
  const facts: StatusFacts = {
    incidentId,
    title,
    isCritical: severity === 'critical',
    priority: undefined,
    muted,
    signal: reason.signal,
    openedAtMs: at,
    startedAtMs: onsetAt ?? at,
    resolvedAtMs: undefined,
    requestedAtMs: undefined,
    affectedCustomers: 0,
    peakCustomers: 0,
    regions: scope === 'region' ? [key] : [],
    customers: [],
    isCauseKnown: false,
    rollback: undefined,
  };
  return withImpact(facts, impact);
};

const isToldEvent = isEventOf(
  'IncidentUnmuted',
  'AlertJoinedIncident',
  'IncidentDeclared',
  'IncidentImpactChanged',
  'IncidentCausesRanked',
  'StatusUpdateRequested',
  'IncidentResolved',
  'RollbackDecided',
  'WaveVerified',
  'RollbackStopped',
  'RollbackCompleted',
);

const withRollback = (facts: StatusFacts, change: (rollback: RollbackFacts) => RollbackFacts): StatusFacts => ({
  ...facts,
  rollback: facts.rollback && change(facts.rollback),
});

const evolve = (facts: StatusFacts, event: GuardedEvent<typeof isToldEvent>): StatusFacts => {
  switch (event.type) {
    case 'IncidentUnmuted':
      return { ...facts, muted: undefined };
    case 'AlertJoinedIncident':
      return { ...facts, isCritical: facts.isCritical || event.data.severity === 'critical' };
    case 'IncidentDeclared':
      return { ...facts, priority: event.data.priority };
    case 'IncidentImpactChanged':
      return withImpact(facts, event.data.impact);
    case 'IncidentCausesRanked':
      return { ...facts, isCauseKnown: event.data.causes.some(({ verdict }) => verdict === 'proved') };
    case 'StatusUpdateRequested':
      return { ...facts, requestedAtMs: event.data.at };
    case 'IncidentResolved':
      return { ...facts, resolvedAtMs: event.data.at };
    case 'RollbackDecided':
      return { ...facts, rollback: { state: 'running', waves: event.data.waves.length, wavesVerified: 0 } };
    case 'WaveVerified':
      return withRollback(facts, (rollback) => ({ ...rollback, wavesVerified: rollback.wavesVerified + 1 }));
    case 'RollbackStopped':
      return withRollback(facts, (rollback) => ({ ...rollback, state: 'stopped' }));
    case 'RollbackCompleted':
      return withRollback(facts, (rollback) => ({ ...rollback, state: 'completed' }));
  }
};

/** What events of an incident and its rollbacks say, in their order; undefined where none opens it. */
export const statusFactsOf = (events: Iterable<Event>): StatusFacts | undefined => {
  let facts: StatusFacts | undefined;
  for (const event of events)
    if (event.type === 'IncidentOpened') facts = opened(event);
    else if (isToldEvent(event)) facts &&= evolve(facts, event);
  return facts;
};
