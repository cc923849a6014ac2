import type { Scope, SEVERITIES } from '#contracts';

/** What a rule reads from a window. */
export type SignalName = 'success_rate' | 'latency' | 'error_rate_spike' | 'customer_impact';

/**
 * A rule: a condition on one signal over one sliding window. Comparisons are strict (C9). It is evaluated for the fleet and for
 * each release × region; each of those is an alert of its own.
 */
export interface Rule {
  readonly name: string;
  readonly signal: SignalName;
  readonly comparison: 'below' | 'above';
  /** Per cent for success_rate and error_rate_spike (of the baseline), milliseconds for latency, points for customer_impact. */
  readonly threshold: number;
  readonly windowMs: number;
  readonly severity: (typeof SEVERITIES)[number];
  /** For latency: which percentile, 0..1. */
  readonly percentile?: number;
  /** A rollback trigger and its place in the listed order: the first one that holds is the trigger, the others are evidence. */
  readonly rollbackOrder?: number;
}

/** What an alert is about. */
export interface AlertSubject {
  readonly scope: Scope;
  /** `fleet`, `v2.1.5+c42|us-east`, `telemetry.outcomes/3` or the id of a node. */
  readonly key: string;
}

/** What a rule is evaluated for. */
export interface Subject extends AlertSubject {
  readonly scope: 'fleet' | 'release_region';
}
