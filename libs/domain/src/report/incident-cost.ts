import type { Tier } from '#contracts';
import type { CostEstimate } from './cost.js';

/** What a tier lost. */
export interface TierCost {
  readonly tier: Tier;
  /** At the worst moment. */
  readonly affectedCustomers: number;
  /** Of one customer that was hurt for as long as the incident lasted. */
  readonly dollarsEach: number;
}

/** What an incident costs (R100). */
export interface IncidentCost {
  readonly incidentId: string;
  readonly from: number;
  readonly until: number;
  readonly isOver: boolean;
  readonly minutes: number;
  /** Now; 0 when it is over. */
  readonly dollarsPerMinute: number;
  readonly peakDollarsPerMinute: number;
  /** Measured: each figure that was told, for as long as it stood. */
  readonly cumulativeDollars: number;
  readonly tiers: readonly TierCost[];
  /** By the formulas of the cost model; beside the measured money, never added to it. */
  readonly estimate: CostEstimate;
}
