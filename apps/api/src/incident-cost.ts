import { type CostModel, type ImpactSettings, type RecordedEvent, type Tier, TIERS } from '#contracts';
import { type CostEstimate, dollarsLost, estimateCost, type MoneyTold } from '#domain';
import type { IncidentRow } from '#store';

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

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** The tellings of an incident's own stream, in order. */
const tellingsOf = (stream: readonly RecordedEvent[]): readonly MoneyTold[] =>
  stream.flatMap(({ event }) =>
    event.type === 'IncidentOpened' || event.type === 'IncidentImpactChanged'
      ? [{ at: event.data.at, dollarsPerMinute: event.data.impact.dollarsPerMinute }]
      : [],
  );

/** Reads what an incident costs from the events of its own stream. */
export const costOf = (
  incident: IncidentRow,
  stream: readonly RecordedEvent[],
  { nowMs, settings, model }: { readonly nowMs: number; readonly settings: ImpactSettings; readonly model: CostModel },
): IncidentCost => {
  const { incidentId, openedAt, resolvedAt, impact, peakImpact } = incident;
  const tellings = tellingsOf(stream);
  const until = resolvedAt ?? Math.max(nowMs, openedAt);
  const lastedMs = until - openedAt;
  const cumulativeDollars = dollarsLost(tellings, until);
  return {
    incidentId,
    from: openedAt,
    until,
    isOver: resolvedAt !== null,
    minutes: lastedMs / MINUTE_MS,
    dollarsPerMinute: resolvedAt === null ? impact.dollarsPerMinute : 0,
    peakDollarsPerMinute: tellings.reduce((peak, told) => Math.max(peak, told.dollarsPerMinute), 0),
    cumulativeDollars,
    tiers: TIERS.map((tier) => ({
      tier,
      affectedCustomers: peakImpact.byTier[tier],
      dollarsEach: (lastedMs * settings.dollarsPerMinute[tier]) / MINUTE_MS,
    })),
    estimate: estimateCost(model, {
      hours: lastedMs / HOUR_MS,
      minutes: lastedMs / MINUTE_MS,
      affected_customers: peakImpact.affectedCustomers,
      measured_dollars: cumulativeDollars,
    }),
  };
};
