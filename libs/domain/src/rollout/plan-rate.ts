import type { DeciderState } from '../rule/decider-state.js';
import type { TickView } from '../rule/tick-view.js';
import type { PlanRate } from './rail.js';
import type { Plan, Rollback } from './rollback.js';

/** Plans older than this do not count. */
const DAY_MS = 86_400_000;

/** What nobody asked for: a person who asks, or approves, takes the rollback on. */
const automaticPlan = ({ plan }: Rollback): readonly Plan[] =>
  plan === undefined || plan.by !== undefined ? [] : [plan];

/** What counts for the rate of automatic plans (RAIL-10): those of the last day, since a person closed the rail for the service. */
export const ratePlans = (
  service: string | undefined,
  regions: readonly string[],
  { rollbacks, automation }: DeciderState,
  view: TickView,
): PlanRate => {
  const resetMs = automation.rateResets.get(service ?? '') ?? -Infinity;
  const plans = [...rollbacks.values()]
    .flatMap(automaticPlan)
    .filter(({ decidedAtMs }) => decidedAtMs > resetMs && view.at - decidedAtMs < DAY_MS);
  const regionOf = new Map(view.fleet.map(({ nodeId, region }) => [nodeId, region]));
  const isHere = ({ waves }: Plan): boolean =>
    waves.some((wave) => wave.some((nodeId) => regions.includes(regionOf.get(nodeId) ?? '')));
  const ages = plans
    .filter((plan) => plan.service === service && isHere(plan))
    .map((plan) => view.at - plan.decidedAtMs);
  return {
    lastHereMs: ages.length === 0 ? undefined : Math.min(...ages),
    inDay: plans.length,
    isOpen: automation.rateOpenedAtMs !== undefined && automation.rateOpenedAtMs > resetMs,
  };
};
