import type { GateSettings } from '#contracts';
import type { GateVerdict, JudgedBy } from './gate.js';
import { STOP_NATS } from './boundaries.js';
import type { GateSums } from './gate-sums.js';

/** Seconds without a control after which there is none: long enough for nodes beside the cohort to restart. */
const CONTROL_AGE_S_MAX = 60;
/** Of the nodes that were named, the share that must report and run the release before it is promoted (RAIL-4). */
const COVERAGE_MIN = 0.8;

/** What is known of a stage beside its outcomes; read when it is asked for. */
export interface StageFacts {
  /** Nodes that were named, and those of them that report and run the release. */
  readonly named: number;
  readonly live: number;
  /** Score of the customers whom the release hurts, and of those among them whom no other release hurts as well. */
  readonly impact: number;
  readonly impactBeside: number;
  /** Customer escalations that are open, of anybody. */
  readonly escalations: number;
}

/** A test that may stop a stage. */
export type Stop = 'failing' | 'customers' | 'impact';
/** What keeps a stage from being promoted. */
export type Objection = 'failing' | 'customers' | 'impact' | 'escalations' | 'coverage';

/** What of a stage stops it. */
export interface Judgement {
  /** The first test that stops it, in this order; undefined = none does. */
  readonly stop: Stop | undefined;
  /** It fails, and there is no control that would show whether the release is to blame. */
  readonly isUncontrolled: boolean;
}

/** Whether nodes without the release stood beside the cohort lately. */
const hasControl = ({ throughSlot, controlSlot }: GateSums): boolean =>
  controlSlot >= 0 && throughSlot - controlSlot <= CONTROL_AGE_S_MAX;

const isFailing = ({ impactScoreMax }: GateSettings, sums: GateSums, facts: StageFacts): boolean =>
  sums.failing >= STOP_NATS ||
  sums.customers >= STOP_NATS ||
  (impactScoreMax !== undefined && facts.impact > impactScoreMax);

const stopOf = ({ impactScoreMax }: GateSettings, sums: GateSums, facts: StageFacts): Stop | undefined => {
  // A fault that the control shares is not of the release, whichever test saw it.
  if (sums.failing >= STOP_NATS && sums.against >= STOP_NATS) return 'failing';
  if (sums.customers >= STOP_NATS && sums.customersAgainst >= STOP_NATS) return 'customers';
  return impactScoreMax !== undefined && facts.impactBeside > impactScoreMax ? 'impact' : undefined;
};

/** Whether a stage is stopped by what was counted of it. */
export const judge = (gate: GateSettings, sums: GateSums, facts: StageFacts): Judgement => {
  if (!isFailing(gate, sums, facts)) return { stop: undefined, isUncontrolled: false };
  const isControlled = hasControl(sums);
  return { stop: isControlled ? stopOf(gate, sums, facts) : undefined, isUncontrolled: !isControlled };
};

/** What speaks against a promotion that was given already as against one that is asked for. */
export const lastingObjections = (gate: GateSettings, sums: GateSums, facts: StageFacts): readonly Objection[] => {
  const { customerFailing, impactScoreMax, noCustomerEscalations = false } = gate;
  const objections: Objection[] = [];
  if (!sums.isFailingCleared) objections.push('failing');
  if (customerFailing !== undefined && !sums.isCustomersCleared) objections.push('customers');
  if (impactScoreMax !== undefined && facts.impact > impactScoreMax) objections.push('impact');
  if (noCustomerEscalations && facts.escalations > 0) objections.push('escalations');
  return objections;
};

/**
 * What keeps a stage from being promoted. Absence is a finding: a cohort that has gone silent is not promoted for what it said before.
 */
export const objectionsOf = (gate: GateSettings, sums: GateSums, facts: StageFacts): readonly Objection[] => {
  const isCovered = facts.live > 0 && facts.live >= COVERAGE_MIN * facts.named;
  return [...lastingObjections(gate, sums, facts), ...(isCovered ? [] : (['coverage'] as const))];
};

/** The verdict of a stage that was not promoted yet, so long after it was reached (R36). */
export const verdictAt = (
  { gate, durationMs }: JudgedBy,
  sums: GateSums,
  facts: StageFacts,
  ageMs: number,
): GateVerdict => {
  const { stop, isUncontrolled } = judge(gate, sums, facts);
  if (stop !== undefined) return 'roll_back';
  const isTime = ageMs >= durationMs && !isUncontrolled;
  return isTime && objectionsOf(gate, sums, facts).length === 0 ? 'promote' : 'need_more_data';
};
