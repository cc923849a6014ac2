import { ALERT_GONE, ALERT_STATES, type AlertState } from '../alerts/alert-states.js';
import type { Release } from '../rollouts/release.js';

/** Something that was recorded of the incident. */
export interface Recorded {
  readonly position: number;
  /** ISO 8601 in UTC. */
  readonly recordedAt: string;
  readonly stream: string;
  readonly type: string;
  readonly data: unknown;
}

/** How bad it was. */
export interface ImpactThen {
  readonly affectedCustomers: number;
  readonly score: number;
  readonly dollarsPerMinute: number;
}

/** An alert as it was then. */
export interface AlertThen {
  readonly alertId: string;
  readonly rule: string;
  readonly key: string;
  readonly severity: string;
  readonly state: AlertState;
}

/** A wave of a rollback as it was then. */
export interface WaveThen {
  readonly wave: number;
  readonly nodes: number;
  readonly answered: number;
  readonly status: 'planned' | 'commanded' | 'verified';
}

/** A rollback as it was then. */
export interface RollbackThen {
  readonly rollbackId: string;
  readonly status: 'requested' | 'proposed' | 'approved' | 'refused' | 'running' | 'stopped' | 'completed';
  readonly from: Release | null;
  readonly to: Release | null;
  readonly because: string | null;
  readonly waves: readonly WaveThen[];
}

/** What was known of an incident at a moment. */
export interface Moment {
  /** `before`: it was not known yet. */
  readonly status: 'before' | 'open' | 'acknowledged' | 'resolved';
  readonly title: string | null;
  readonly severity: string | null;
  readonly priority: string | null;
  readonly owner: string | null;
  readonly impact: ImpactThen | null;
  readonly alerts: readonly AlertThen[];
  readonly rollbacks: readonly RollbackThen[];
  /** How many of the events had been recorded. */
  readonly events: number;
}

/** What of the data of events is read here; each has a part of it. */
interface Said {
  readonly title?: string;
  readonly severity?: string;
  readonly priority?: string;
  readonly impact?: ImpactThen;
  readonly by?: string;
  readonly to?: string | Release;
  readonly from?: Release;
  readonly rule?: string;
  readonly key?: string;
  readonly alertId?: string;
  readonly because?: string;
  readonly waves?: readonly (readonly string[])[];
  readonly wave?: number;
  readonly nodeId?: string;
}

const NOTHING: Moment = {
  status: 'before',
  title: null,
  severity: null,
  priority: null,
  owner: null,
  impact: null,
  alerts: [],
  rollbacks: [],
  events: 0,
};

const foldAlert = (alerts: readonly AlertThen[], { stream, type }: Recorded, said: Said): readonly AlertThen[] => {
  const alertId = said.alertId ?? stream.slice('alert-'.length);
  const others = alerts.filter((alert) => alert.alertId !== alertId);
  if (ALERT_GONE.has(type)) return others;
  const known = alerts.find((alert) => alert.alertId === alertId);
  const state = ALERT_STATES[type] ?? known?.state;
  if (state === undefined) return alerts;
  const { rule = known?.rule ?? '', key = known?.key ?? '', severity = known?.severity ?? '' } = said;
  const alert = { alertId, rule, key, severity, state };
  return known === undefined ? [...alerts, alert] : alerts.map((each) => (each === known ? alert : each));
};

const ROLLBACK_STATES: Readonly<Record<string, RollbackThen['status']>> = {
  RollbackRequested: 'requested',
  RollbackProposed: 'proposed',
  RollbackApproved: 'approved',
  RollbackRefused: 'refused',
  RollbackDecided: 'running',
  RollbackStopped: 'stopped',
  RollbackCompleted: 'completed',
};

const foldWave = (wave: WaveThen, type: string): WaveThen => {
  if (type === 'WaveCommanded') return { ...wave, status: 'commanded' };
  if (type === 'WaveAnswered') return { ...wave, answered: wave.answered + 1 };
  return type === 'WaveVerified' ? { ...wave, status: 'verified' } : wave;
};

const foldRollback = (
  rollbacks: readonly RollbackThen[],
  { stream, type }: Recorded,
  said: Said,
): readonly RollbackThen[] => {
  const rollbackId = stream.slice('rollback-'.length);
  const known = rollbacks.find((each) => each.rollbackId === rollbackId);
  const { waves } = said;
  const then: RollbackThen = {
    rollbackId,
    status: ROLLBACK_STATES[type] ?? known?.status ?? 'requested',
    from: said.from ?? known?.from ?? null,
    to: typeof said.to === 'object' ? said.to : (known?.to ?? null),
    because: ROLLBACK_STATES[type] === undefined ? (known?.because ?? null) : (said.because ?? known?.because ?? null),
    waves:
      waves?.map((nodes, index) => ({
        wave: index + 1,
        nodes: nodes.length,
        answered: 0,
        status: 'planned' as const,
      })) ?? (known?.waves ?? []).map((wave) => (wave.wave === said.wave ? foldWave(wave, type) : wave)),
  };
  return known === undefined ? [...rollbacks, then] : rollbacks.map((each) => (each === known ? then : each));
};

/** Somebody has it; what is over stays over. */
const held = (moment: Moment, owner: string | null): Moment => ({
  ...moment,
  status: moment.status === 'resolved' ? 'resolved' : 'acknowledged',
  owner,
});

/** What an event says of the incident itself. */
const foldIncident = (moment: Moment, { type }: Recorded, said: Said): Moment => {
  const { title = moment.title, impact = moment.impact } = said;
  switch (type) {
    case 'IncidentOpened':
      return { ...moment, status: 'open', title, impact, severity: said.severity ?? null };
    case 'IncidentDeclared':
      return { ...moment, priority: said.priority ?? null };
    case 'IncidentImpactChanged':
      return { ...moment, impact };
    case 'IncidentCauseChanged':
      return { ...moment, title };
    case 'AlertJoinedIncident':
      return said.severity === 'critical' ? { ...moment, severity: 'critical' } : moment;
    case 'IncidentAcknowledged':
      return held(moment, said.by ?? null);
    case 'IncidentHandedOver':
      return held(moment, typeof said.to === 'string' ? said.to : moment.owner);
    // Whoever had it answered for less, or not any more: somebody is asked to take it on again.
    case 'EscalationResumed':
    case 'EscalationRaised':
      return { ...moment, status: moment.status === 'acknowledged' ? 'open' : moment.status, owner: null };
    case 'IncidentResolved':
      return { ...moment, status: 'resolved' };
    default:
      return moment;
  }
};

const foldEvent = (moment: Moment, recorded: Recorded): Moment => {
  const said = recorded.data as Said;
  const counted = { ...moment, events: moment.events + 1 };
  if (recorded.stream.startsWith('alert-')) return { ...counted, alerts: foldAlert(moment.alerts, recorded, said) };
  if (recorded.stream.startsWith('rollback-'))
    return { ...counted, rollbacks: foldRollback(moment.rollbacks, recorded, said) };
  return foldIncident(counted, recorded, said);
};

/** What was known at a moment, ms since the epoch: the events that had been recorded by then, and nothing that came later. */
export const momentAt = (events: readonly Recorded[], at: number): Moment =>
  events.filter(({ recordedAt }) => Date.parse(recordedAt) <= at).reduce(foldEvent, NOTHING);

/** The moment of the next event after one, or of the last before it; undefined: there is none. */
export const eventMoment = (events: readonly Recorded[], at: number, way: 'next' | 'before'): number | undefined => {
  const moments = events.map(({ recordedAt }) => Date.parse(recordedAt));
  const found = moments.filter((moment) => (way === 'next' ? moment > at : moment < at));
  if (found.length === 0) return undefined;
  return way === 'next' ? Math.min(...found) : Math.max(...found);
};
