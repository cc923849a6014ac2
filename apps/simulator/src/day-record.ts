import { isPage } from './pagerduty.js';
import { type EventData, type Impact, type RecordedEvent, type Release, releaseName } from '#contracts';
import type { Oracle } from './oracle.js';
import type { Receiver } from './receiver.js';
import { isEvent, type NodeCounters } from './tocsin-api.js';

/** What a day came to, from the receiver's record and from Postgres's, against the oracle. Times count from the first failure. */
export interface DayResult {
  /** Outcomes that Postgres counted. */
  readonly outcomes: number;
  readonly nodes: number;
  readonly customers: number;
  readonly faultAt: string | null;
  readonly detectedAfterMs: number | null;
  readonly pagedAfterMs: number | null;
  readonly rollbackCommandAfterMs: number | null;
  readonly recoveredAfterMs: number | null;
  readonly affectedCustomers: number;
  readonly impactScore: number;
  readonly dollarsPerMinute: number;
  readonly pages: number;
  readonly commands: number;
  /** Every node that any of them named, by name. */
  readonly commandedNodes: readonly string[];
  readonly falseAlerts: number;
  readonly lost: number;
  readonly duplicated: number;
}

/** The moments of a result, and what it cost: known before everything is counted. */
export type Moments = Pick<
  DayResult,
  | 'detectedAfterMs'
  | 'pagedAfterMs'
  | 'rollbackCommandAfterMs'
  | 'recoveredAfterMs'
  | 'affectedCustomers'
  | 'impactScore'
  | 'dollarsPerMinute'
  | 'commandedNodes'
>;

/** What the events of a day say, as far as a result needs it. */
export interface DayEvents {
  readonly add: (recorded: RecordedEvent) => void;
  readonly firstAlert: () => RecordedEvent | undefined;
  readonly completed: () => RecordedEvent | undefined;
  /** The impact with the highest score. */
  readonly peak: () => Impact | undefined;
  /** Alerts that no fault explains: before the first failure, or of a release that is sound. */
  readonly falseAlerts: (firstFailureMs: number | undefined, bad: Release) => readonly EventData<'AlertFired'>[];
}

const impactOf = (recorded: RecordedEvent): Impact | undefined => {
  if (isEvent(recorded, 'IncidentOpened')) return recorded.event.data.impact;
  return isEvent(recorded, 'IncidentImpactChanged') ? recorded.event.data.impact : undefined;
};

/** Makes an empty record. A day has hundreds of events; only alerts are kept. */
export const createDayEvents = (): DayEvents => {
  const alerts: { readonly recordedAtMs: number; readonly data: EventData<'AlertFired'> }[] = [];
  let firstAlert: RecordedEvent | undefined;
  let completed: RecordedEvent | undefined;
  let peak: Impact | undefined;
  return {
    add: (recorded) => {
      if (isEvent(recorded, 'AlertFired')) {
        firstAlert ??= recorded;
        alerts.push({ recordedAtMs: recorded.recordedAtMs, data: recorded.event.data });
      }
      if (isEvent(recorded, 'RollbackCompleted')) completed ??= recorded;
      const impact = impactOf(recorded);
      if (impact !== undefined && impact.score >= (peak?.score ?? 0)) peak = impact;
    },
    firstAlert: () => firstAlert,
    completed: () => completed,
    peak: () => peak,
    falseAlerts: (firstFailureMs, bad) =>
      alerts
        .filter(({ recordedAtMs, data: { scope, key } }) => {
          if (firstFailureMs === undefined || recordedAtMs < firstFailureMs) return true;
          return scope === 'release_region' && !key.startsWith(`${releaseName(bad)}|`);
        })
        .map(({ data }) => data),
  };
};

/** Outcomes lost and counted twice, node by node, so that one cannot hide the other. */
export const compareCounts = (
  nodeIds: readonly string[],
  oracle: Oracle,
  counters: readonly NodeCounters[],
): { readonly lost: number; readonly duplicated: number; readonly counted: number } => {
  const countedOf = new Map(counters.map(({ nodeId, counted, late }) => [nodeId, counted + late]));
  const differences = nodeIds.map((nodeId) => oracle.playedOf(nodeId) - (countedOf.get(nodeId) ?? 0));
  return {
    lost: differences.reduce((sum, difference) => sum + Math.max(0, difference), 0),
    duplicated: differences.reduce((sum, difference) => sum + Math.max(0, -difference), 0),
    counted: nodeIds.reduce((sum, nodeId) => sum + (countedOf.get(nodeId) ?? 0), 0),
  };
};

/** What a result is made from. */
export interface DaySources {
  readonly nodeIds: readonly string[];
  readonly customers: number;
  readonly bad: Release;
  readonly oracle: Oracle;
  readonly receiver: Receiver;
  readonly events: DayEvents;
  readonly counters: readonly NodeCounters[];
}

/** Computes the result of a day. */
export const resultOf = (sources: DaySources): DayResult => {
  const { nodeIds, customers, bad, oracle, receiver, events, counters } = sources;
  const firstFailureMs = oracle.firstFailureMs();
  const after = (atMs: number | undefined): number | null =>
    atMs === undefined || firstFailureMs === undefined ? null : atMs - firstFailureMs;
  const executed = receiver.deploySystem.received.filter(({ verdict }) => verdict === 'executed');
  const peak = events.peak();
  const { counted, lost, duplicated } = compareCounts(nodeIds, oracle, counters);
  return {
    outcomes: counted,
    nodes: nodeIds.length,
    customers,
    faultAt: firstFailureMs === undefined ? null : new Date(firstFailureMs).toISOString(),
    detectedAfterMs: after(events.firstAlert()?.recordedAtMs),
    pagedAfterMs: after(receiver.pagerDuty.alerts[0]?.openedAtMs),
    rollbackCommandAfterMs: after(executed[0]?.arrivedAtMs),
    recoveredAfterMs: after(events.completed()?.recordedAtMs),
    affectedCustomers: peak?.affectedCustomers ?? 0,
    impactScore: peak?.score ?? 0,
    dollarsPerMinute: peak?.dollarsPerMinute ?? 0,
    pages: receiver.pagerDuty.alerts.filter(isPage).length,
    commands: executed.length,
    commandedNodes: [...new Set(executed.flatMap(({ command }) => command?.audience ?? []))].toSorted(),
    falseAlerts: events.falseAlerts(firstFailureMs, bad).length,
    lost,
    duplicated,
  };
};

/** The bounds a day is held to, ms from the first failure. Recovery: three or four waves of restart and verification. */
export const BOUNDS_MS = {
  detectedAfterMs: 5_000,
  pagedAfterMs: 6_000,
  rollbackCommandAfterMs: 10_000,
  recoveredAfterMs: 60_000,
} as const;

/** What is wrong with a result; empty when the day went as promised. */
export const findingsOf = (result: DayResult): readonly string[] => {
  const late = Object.entries(BOUNDS_MS).flatMap(([name, boundMs]) => {
    const value = result[name as keyof typeof BOUNDS_MS];
    if (value === null) return [`${name}: it did not happen`];
    return value > boundMs ? [`${name}: ${value} ms, more than ${boundMs} ms`] : [];
  });
  const none = (['falseAlerts', 'lost', 'duplicated'] as const).flatMap((name) =>
    result[name] > 0 ? [`${name}: ${result[name]}, expected 0`] : [],
  );
  return [...late, ...none];
};
