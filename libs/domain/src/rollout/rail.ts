import type { AutomationMode, EventData } from '#contracts';
import type { ReleaseRecord } from '../release/release-record.js';
import type { Comparison } from './blame.js';
import type { Rollout } from './rollout.js';
import type { WaveFleet } from './waves.js';

/**
 * Whom a rail binds. `E` (evidence): whatever nobody asked for; to a person it is a warning. `S` (safety): every command, unless an override
 * with three approvals names it. `X`: every command, whoever asks.
 */
export type RailClass = 'E' | 'S' | 'X';

/** A rail's answer, as it is stored. */
export type RailResult = EventData<'RollbackDecided'>['rails'][number] & { readonly class: RailClass };

/** How many nodes of a group can be heard. */
export interface Coverage {
  readonly expected: number;
  readonly live: number;
  /** Silent ones that something else shows to have failed. */
  readonly proved: number;
}

/** What counts for the rate of automatic plans. */
export interface PlanRate {
  /** Age of the newest plan for the same service and a region of this one; undefined without any. */
  readonly lastHereMs: number | undefined;
  /** Plans of all services in the last 24 h that no person has forgiven since. */
  readonly inDay: number;
  /** The day had all its plans, and no person closed the rail since. */
  readonly isOpen: boolean;
}

/** What the rails judge; everything in it is known at the tick. */
export interface RailFacts {
  readonly at: number;
  /** Why the gate of the rollout says to roll back, while it is armed; undefined: it does not say so, or there is none. */
  readonly gateSays: string | undefined;
  /** Outcomes of the release in the last minute. */
  readonly outcomes: number;
  /** Nodes of the release that were bad in two consecutive slots, or are shown to be dead. */
  readonly badNodes: readonly string[];
  readonly comparison: Comparison;
  readonly cohort: Coverage;
  readonly control: Coverage;
  /** What of the telemetry cannot be relied on now, in words. */
  readonly unreadable: readonly string[];
  /** The newest rollout of the release; its nodes are those of every rollout of the release. */
  readonly rollout: Rollout | undefined;
  /** Another rollout that explains what fails here. */
  readonly explainedBy: string | undefined;
  /** What is known of the release to go back to. */
  readonly target: ReleaseRecord | undefined;
  /** Whether the release to go back to is itself being left. */
  readonly isTargetLeft: boolean;
  readonly waves: readonly (readonly string[])[];
  readonly fleet: WaveFleet;
  readonly rate: PlanRate;
  readonly isOn: boolean;
  /** Why automation is off, as the person said. */
  readonly offBecause: string | undefined;
  readonly mode: AutomationMode;
}

/** One rail: its name, whom it binds, and what it says of some facts. */
export interface Rail {
  readonly rail: string;
  readonly class: RailClass;
  readonly judge: (facts: RailFacts) => { readonly holds: boolean; readonly detail: string };
}
