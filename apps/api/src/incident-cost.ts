import { type CostModel, type ImpactSettings, type RecordedEvent, TIERS } from '#contracts';
import { dollarsLost, estimateCost, type IncidentCost, moneyTold } from '#domain';
import type { IncidentRow } from '#store';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Reads what an incident costs from the events of its own stream. */
export const costOf = (
  incident: IncidentRow,
  stream: readonly RecordedEvent[],
  { nowMs, settings, model }: { readonly nowMs: number; readonly settings: ImpactSettings; readonly model: CostModel },
): IncidentCost => {
  const { incidentId, openedAt, resolvedAt, impact, peakImpact } = incident;
  const tellings = moneyTold(stream.map(({ event }) => event));
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
