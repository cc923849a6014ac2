import { type Event, type EventType, releaseName, streamOf } from '#contracts';
import { type Automation, evolveAutomation, UNTOUCHED_AUTOMATION } from '../automation/automation.js';
import { evolveReleases, type ReleaseRecords } from '../release/release-record.js';
import { type Alert, evolveAlert, isAlertEvent } from '../alert/alert.js';
import { evolveFirings, type Firing } from '../alert/firings.js';
import { evolvePending, isPendingEvent, type PendingAlert } from '../alert/pending.js';
import { isEscalationEvent } from '../escalation/escalation.js';
import { evolveHolding } from '../incident/holding.js';
import { type Breaker, evolveBreaker, isBreakerEvent } from '../breaker/breaker.js';
import {
  type CustomerEscalation,
  evolveCustomerEscalation,
  isCustomerEscalationEvent,
} from '../customer-escalation/customer-escalation.js';
import { type DecidedDrills, evolveDecidedDrills, isDrillEvent } from '../drill/drill.js';
import { evolveFallback, type Fallback, isFallbackEvent, isFallenBack } from '../fallback/fallback.js';
import { evolveGate, type Gate, isGateEvent } from '../gate/gate.js';
import { evolveIncident, type Incident, isIncidentEvent } from '../incident/incident.js';
import {
  evolveOverride,
  isOverrideEvent,
  keptOverrides,
  type Override,
  overrideStreams,
} from '../override/override.js';
import { evolveRedirect, isAway, isRedirectEvent, type Redirect } from '../redirect/redirect.js';
import { evolveRollback, isRollbackEvent, isUnderWay, type Rollback } from '../rollout/rollback.js';
import { evolveRollout, isOpen, isRolloutEvent, type Rollout } from '../rollout/rollout.js';
import type { GuardedEvent } from './event-guard.js';
import { evolveRuleSets, type LoadedRules } from './rule-sets.js';
import { evolveRefused, type RefusedCommands } from '../signing/refused-commands.js';
import { evolveQuiet, NOTHING_QUIET, quietStreams, type QuietState } from '../silence/quiet-state.js';

/** An event as it was recorded; `RecordedEvent` of the store fits. */
export interface EvolvedEvent {
  readonly stream: string;
  readonly version: number;
  readonly event: Event;
}

/** Everything that was decided and still matters. It changes by recorded events only; maps are never changed in place. */
export interface DeciderState {
  readonly alerts: ReadonlyMap<string, Alert>;
  /** Conditions that hold but have not fired, by the id of the alert they would be: at most one for each rule and subject. */
  readonly pendings: ReadonlyMap<string, PendingAlert>;
  /** The firings of the last half hour, oldest first. */
  readonly firings: readonly Firing[];
  readonly incidents: ReadonlyMap<string, Incident>;
  readonly rollouts: ReadonlyMap<string, Rollout>;
  /** By rollout: what it is judged by, and what its gate says. */
  readonly gates: ReadonlyMap<string, Gate>;
  readonly rollbacks: ReadonlyMap<string, Rollback>;
  /** The newest sets of rules that were loaded, oldest first. */
  readonly ruleSets: readonly LoadedRules[];
  readonly quiet: QuietState;
  /** Those that are open, and what closed within a day. */
  readonly escalations: ReadonlyMap<string, CustomerEscalation>;
  readonly redirects: ReadonlyMap<string, Redirect>;
  /** Those that wait for votes, and what ended within a day. */
  readonly overrides: ReadonlyMap<string, Override>;
  /** What is known of releases as such, by `releaseKeyOf`. */
  readonly releases: ReleaseRecords;
  readonly automation: Automation;
  /** The last that the signer did not sign. */
  readonly refusedCommands: RefusedCommands;
  /** By service: as many as Tocsin updates by itself. */
  readonly breakers: ReadonlyMap<string, Breaker>;
  readonly fallbacks: ReadonlyMap<string, Fallback>;
  /** Fire drills whose page was decided. */
  readonly drills: DecidedDrills;
  readonly versions: ReadonlyMap<string, number>;
  /** The highest generation of any command known. */
  readonly generation: number;
}

/** Nothing was ever decided. */
export const NOTHING_DECIDED: DeciderState = {
  alerts: new Map(),
  pendings: new Map(),
  firings: [],
  incidents: new Map(),
  rollouts: new Map(),
  gates: new Map(),
  rollbacks: new Map(),
  ruleSets: [],
  quiet: NOTHING_QUIET,
  escalations: new Map(),
  redirects: new Map(),
  overrides: new Map(),
  releases: new Map(),
  automation: UNTOUCHED_AUTOMATION,
  refusedCommands: new Map(),
  breakers: new Map(),
  fallbacks: new Map(),
  drills: [],
  versions: new Map(),
  generation: 0,
};

/**
 * After a restart, alert, incident, rollback, redirect and rollout streams that are open or had an event within this time are evolved again:
 * the cause link of a rollback reaches 24 h back, every other memory (rate rail 30 min, baseline 1 h) is shorter.
 */
export const EVOLVE_AGAIN_MS = 86_400_000;

const put = <T>(map: ReadonlyMap<string, T>, id: string, value: T | undefined): ReadonlyMap<string, T> => {
  const next = new Map(map);
  if (value === undefined) next.delete(id);
  else next.set(id, value);
  return next;
};

const STARTS: ReadonlySet<EventType> = new Set([
  'IncidentOpened',
  'RolloutStarted',
  'RollbackDecided',
  'CustomerEscalationOpened',
  'RedirectDecided',
]);

/** Streams of alerts that may still be written to: one that is over can be corrected. */
const alertStreams = ({ alerts, pendings, firings }: DeciderState): readonly string[] =>
  [...alerts.keys(), ...pendings.keys(), ...firings.map(({ alertId }) => alertId)].map(streamOf.alert);

/** Drops what ended more than a day ago, whenever something new begins; so a day of history bounds the state. */
const forget = (state: DeciderState, now: number): DeciderState => {
  const keep = <T>(map: ReadonlyMap<string, T>, lastMs: (value: T) => number): ReadonlyMap<string, T> =>
    new Map([...map].filter(([, value]) => lastMs(value) >= now - EVOLVE_AGAIN_MS));
  const incidents = keep(state.incidents, (each) => each.resolvedAtMs ?? Infinity);
  const rollouts = keep(state.rollouts, (each) => (isOpen(each) ? Infinity : each.deployedAtMs));
  const gates = new Map([...state.gates].filter(([rolloutId]) => rollouts.has(rolloutId)));
  const rollbacks = keep(state.rollbacks, (each) =>
    // A person may still say yes to what was proposed, however late: it is answered then.
    isUnderWay(each) || each.state === 'requested' || each.state === 'proposed' || incidents.has(each.incidentId ?? '')
      ? Infinity
      : Math.max(each.plan?.decidedAtMs ?? 0, each.request?.atMs ?? 0),
  );
  const escalations = keep(state.escalations, (each) => each.closedAtMs ?? Infinity);
  const redirects = keep(state.redirects, (each) =>
    isAway(each) || incidents.has(each.incidentId) ? Infinity : (each.plan?.decidedAtMs ?? 0),
  );
  const fallbacks = keep(state.fallbacks, (each) =>
    isFallenBack(each) || incidents.has(each.incidentId) ? Infinity : each.decidedAtMs,
  );
  const overrides = keptOverrides(state.overrides, now - EVOLVE_AGAIN_MS);
  const streams: ReadonlySet<string> = new Set([
    streamOf.rules,
    ...alertStreams(state),
    ...Array.from(incidents.keys(), streamOf.incident),
    ...Array.from(incidents.keys(), streamOf.escalation),
    ...Array.from(rollouts.keys(), streamOf.rollout),
    ...Array.from(rollbacks.keys(), streamOf.rollback),
    ...quietStreams(state.quiet),
    ...Array.from(escalations.keys(), streamOf.customerEscalation),
    ...Array.from(redirects.keys(), streamOf.redirect),
    ...overrideStreams(overrides),
    ...Array.from(state.releases.values(), ({ service, release }) => streamOf.release(service, releaseName(release))),
    streamOf.automation,
    ...Array.from(state.breakers.keys(), streamOf.breaker),
    ...Array.from(fallbacks.keys(), streamOf.fallback),
  ]);
  const versions = new Map([...state.versions].filter(([stream]) => streams.has(stream)));
  return { ...state, incidents, rollouts, gates, rollbacks, redirects, fallbacks, overrides, escalations, versions };
};

const evolveAlerts = (state: DeciderState, event: Event): DeciderState | undefined => {
  if (!isAlertEvent(event) && !isPendingEvent(event)) return undefined;
  const id = event.data.alertId;
  return {
    ...state,
    alerts: isAlertEvent(event) ? put(state.alerts, id, evolveAlert(state.alerts.get(id), event)) : state.alerts,
    pendings: isPendingEvent(event) ? put(state.pendings, id, evolvePending(event)) : state.pendings,
    firings: evolveFirings(state.firings, event),
  };
};

/** Who lifts a quarantine lifts what the gates of that release said as well: the next rollout of it is judged anew. */
const gatesAfter = (gates: DeciderState['gates'], event: Event): DeciderState['gates'] => {
  if (event.type !== 'QuarantineLifted') return gates;
  const { service, release } = event.data;
  const isLifted = (gate: Gate): boolean =>
    gate.service === service && gate.release === releaseName(release) && gate.verdict === 'roll_back';
  return new Map([...gates].map(([id, gate]) => [id, isLifted(gate) ? { ...gate, phase: 'over' } : gate]));
};

/** Whether anybody has an incident, its escalation says as well: whoever took it on may have run out of time. */
const evolveHoldings = (
  state: DeciderState,
  event: GuardedEvent<typeof isEscalationEvent>,
): DeciderState | undefined => {
  const incident = state.incidents.get(event.data.incidentId);
  if (incident === undefined) return undefined;
  const holding = evolveHolding(incident.holding, event);
  return { ...state, incidents: put(state.incidents, incident.incidentId, { ...incident, holding }) };
};

const evolveParts = (state: DeciderState, event: Event): DeciderState | undefined => {
  if (event.type === 'RulesLoaded') return { ...state, ruleSets: evolveRuleSets(state.ruleSets, event) };
  const releases = evolveReleases(state.releases, event);
  if (releases !== undefined) return { ...state, releases, gates: gatesAfter(state.gates, event) };
  const automation = evolveAutomation(state.automation, event);
  if (automation !== undefined) return { ...state, automation };
  const refusedCommands = evolveRefused(state.refusedCommands, event);
  if (refusedCommands !== undefined) return { ...state, refusedCommands };
  // Those that change nothing too, so that the version of the stream is known.
  if (isDrillEvent(event)) return { ...state, drills: evolveDecidedDrills(state.drills, event) };
  const withAlerts = evolveAlerts(state, event);
  if (withAlerts !== undefined) return withAlerts;
  if (isIncidentEvent(event)) {
    const id = event.data.incidentId;
    return { ...state, incidents: put(state.incidents, id, evolveIncident(state.incidents.get(id), event)) };
  }
  if (isEscalationEvent(event)) return evolveHoldings(state, event);
  if (isRolloutEvent(event)) {
    const id = event.data.rolloutId;
    const isCommand = event.type === 'StageCommanded' || event.type === 'HaltCommanded';
    const generation = isCommand ? event.data.generation : 0;
    const rollouts = put(state.rollouts, id, evolveRollout(state.rollouts.get(id), event));
    return { ...state, rollouts, generation: Math.max(state.generation, generation) };
  }
  if (isCustomerEscalationEvent(event)) {
    const id = event.data.escalationId;
    return {
      ...state,
      escalations: put(state.escalations, id, evolveCustomerEscalation(state.escalations.get(id), event)),
    };
  }
  if (isRedirectEvent(event)) {
    const id = event.data.redirectId;
    const generation = event.type === 'RedirectCommanded' ? event.data.generation : 0;
    const redirects = put(state.redirects, id, evolveRedirect(state.redirects.get(id), event));
    return { ...state, redirects, generation: Math.max(state.generation, generation) };
  }
  if (isFallbackEvent(event)) {
    const id = event.data.fallbackId;
    const generation = event.type === 'FallbackCommanded' ? event.data.generation : 0;
    const fallbacks = put(state.fallbacks, id, evolveFallback(state.fallbacks.get(id), event));
    return { ...state, fallbacks, generation: Math.max(state.generation, generation) };
  }
  if (isBreakerEvent(event)) {
    const { service } = event.data;
    return { ...state, breakers: put(state.breakers, service, evolveBreaker(state.breakers.get(service), event)) };
  }
  if (isOverrideEvent(event)) {
    const id = event.data.overrideId;
    return { ...state, overrides: put(state.overrides, id, evolveOverride(state.overrides.get(id), event)) };
  }
  if (!isRollbackEvent(event)) return undefined;
  const id = event.data.rollbackId;
  const generation = event.type === 'WaveCommanded' ? event.data.generation : 0;
  const rollbacks = put(state.rollbacks, id, evolveRollback(state.rollbacks.get(id), event));
  return { ...state, rollbacks, generation: Math.max(state.generation, generation) };
};

/** Events after which a stream says nothing more to any decider. */
const LAST: ReadonlySet<EventType> = new Set([
  'AlertPendingEnded',
  'SilenceEnded',
  'MaintenanceEnded',
  'DrillPassed',
  'DrillFailed',
]);

/** Versions after an event: those of alerts that are over go when their firing is forgotten. */
const versionsAfter = (before: DeciderState, after: DeciderState, { stream, version, event }: EvolvedEvent) => {
  const isOver = LAST.has(event.type);
  const versions = new Map(after.versions);
  if (isOver) versions.delete(stream);
  else versions.set(stream, version);
  if (event.type !== 'AlertFired') return versions;
  if (after.firings.length > before.firings.length) return versions;
  const kept = new Set(after.firings.map(({ alertId }) => alertId));
  const forgotten = before.firings.filter(({ alertId }) => !kept.has(alertId));
  for (const { alertId } of forgotten) if (!after.alerts.has(alertId)) versions.delete(streamOf.alert(alertId));
  return versions;
};

/** The gate of a rollout is made of the events of its stream. */
const evolveGates = (state: DeciderState, event: Event): DeciderState | undefined => {
  if (!isGateEvent(event)) return undefined;
  const id = event.data.rolloutId;
  return { ...state, gates: put(state.gates, id, evolveGate(state.gates.get(id), event)) };
};

const evolveKnown = (state: DeciderState, recorded: EvolvedEvent): DeciderState => {
  const { stream, version, event } = recorded;
  if (version <= (state.versions.get(stream) ?? 0)) return state;
  const quiet = evolveQuiet(state.quiet, event);
  const gated = evolveGates(state, event);
  const next = evolveParts(gated ?? state, event) ?? gated ?? (quiet && state);
  if (next === undefined) return state;
  return { ...next, quiet: quiet ?? state.quiet, versions: versionsAfter(state, next, recorded) };
};

/** The state after a recorded event. One that is known already, or concerns no decider, changes nothing. */
export const evolveDecided = (state: DeciderState, recorded: EvolvedEvent): DeciderState => {
  const evolved = evolveKnown(state, recorded);
  const { event } = recorded;
  return evolved !== state && STARTS.has(event.type) && 'at' in event.data ? forget(evolved, event.data.at) : evolved;
};

/**
 * The same for an event that is only drafted. Nothing is forgotten until it is recorded: a stream that was read again, since somebody wrote to
 * it, would be forgotten by what this very tick begins, its version would be wrong again, and the tick could never be decided.
 */
export const evolveDrafted = evolveKnown;
