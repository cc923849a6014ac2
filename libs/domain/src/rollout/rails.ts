import type { EventData } from '#contracts';
import { COMMAND_AUDIENCE_MAX, releaseName } from '#contracts';
import { type Comparison, EFFECT_MIN, isToBlame } from './blame.js';
import type { Rollout } from './rollout.js';

/** RAIL-1: fewer outcomes of the release than this prove nothing. */
export const EVIDENCE_OUTCOMES_MIN = 1_000;
/** RAIL-1: one or two bad nodes are broken machines, not a broken release. */
export const EVIDENCE_NODES_MIN = 3;
/** RAIL-3: the study's first batch was 77 minutes old when it failed; a change older than a day needs a person. */
const CAUSE_AGE_MAX_MS = 86_400_000;
/** RAIL-4: share of the control's nodes that must report. */
const COVERAGE_MIN = 0.8;
/** RAIL-10: one automatic plan per service and region in 30 minutes. */
export const PLAN_INTERVAL_MS = 1_800_000;

/** What the rails judge; everything in it is known at the tick. */
export interface RailFacts {
  readonly at: number;
  /** Outcomes of the release in the last minute. */
  readonly outcomes: number;
  /** Nodes of the release that were bad in two consecutive slots. */
  readonly badNodes: readonly string[];
  readonly comparison: Comparison;
  readonly controlNodes: { readonly live: number; readonly expected: number };
  /** The newest rollout of the release; its nodes are those of every rollout of the release. */
  readonly rollout: Rollout | undefined;
  /** Releases that were rolled back from. */
  readonly quarantined: ReadonlySet<string>;
  readonly waves: readonly (readonly string[])[];
  /** Age of the newest plan for the same service and a region of this one. */
  readonly lastPlanAgeMs: number | undefined;
}

/** A rail's answer, as it is stored. */
export type RailResult = EventData<'RollbackDecided'>['rails'][number];

type Rail = (facts: RailFacts) => RailResult;

const percent = (value: number | undefined): string => (value === undefined ? 'unknown' : `${value.toFixed(2)} %`);

const minimumEvidence: Rail = ({ outcomes, badNodes }) => ({
  rail: 'minimum_evidence',
  holds: outcomes >= EVIDENCE_OUTCOMES_MIN && badNodes.length >= EVIDENCE_NODES_MIN,
  detail: `${outcomes} outcomes (at least ${EVIDENCE_OUTCOMES_MIN}), ${badNodes.length} nodes bad in 2 consecutive seconds (at least ${EVIDENCE_NODES_MIN})`,
});

const controlGroup: Rail = ({ comparison }) => ({
  rail: 'control_group',
  holds: isToBlame(comparison),
  detail: `${comparison.release} ${percent(comparison.success)}, control ${percent(comparison.control)} (at least ${EFFECT_MIN} points apart, p < 0.001)`,
});

const causeLink: Rail = ({ rollout, badNodes, at }) => {
  if (rollout === undefined) {
    return { rail: 'cause_link', holds: false, detail: 'no deploy signal names this release' };
  }
  // Telemetry would be its own witness: that these nodes changed, and that they fail.
  if (rollout.origin === 'telemetry')
    return {
      rail: 'cause_link',
      holds: false,
      detail: 'no deploy signal names this release, telemetry alone shows it',
    };
  const foreign = badNodes.filter((nodeId) => !rollout.nodes.has(nodeId));
  const ageMs = at - rollout.deployedAtMs;
  const detail = `rollout ${rollout.rolloutId} reached ${rollout.nodes.size} nodes, the last ${Math.round(ageMs / 60_000)} min ago; ${foreign.length} bad nodes are not among them`;
  return { rail: 'cause_link', holds: foreign.length === 0 && ageMs <= CAUSE_AGE_MAX_MS, detail };
};

const controlCoverage: Rail = ({ controlNodes: { live, expected } }) => ({
  rail: 'control_coverage',
  holds: expected > 0 && live >= COVERAGE_MIN * expected,
  detail: `${live} of ${expected} control nodes report (at least ${100 * COVERAGE_MIN} %)`,
});

const targetKnown: Rail = ({ rollout, quarantined }) => {
  if (rollout === undefined) return { rail: 'target_known', holds: false, detail: 'no previous release is known' };
  const [from, to] = [releaseName(rollout.release), releaseName(rollout.previous)];
  const holds = to !== from && !quarantined.has(to);
  return { rail: 'target_known', holds, detail: holds ? `back to ${to}` : `${to} is no release to go back to` };
};

const audience: Rail = ({ waves }) => {
  const sizes = waves.map((wave) => wave.length);
  return {
    rail: 'audience',
    holds: sizes.length > 0 && sizes.every((size) => size > 0 && size <= COMMAND_AUDIENCE_MAX),
    detail: sizes.length === 0 ? 'no node to address' : `waves of ${sizes.join(', ')} named nodes`,
  };
};

const rate: Rail = ({ lastPlanAgeMs }) => ({
  rail: 'rate',
  holds: lastPlanAgeMs === undefined || lastPlanAgeMs >= PLAN_INTERVAL_MS,
  detail:
    lastPlanAgeMs === undefined
      ? 'no plan here in the last 24 h'
      : `the last plan here is ${Math.round(lastPlanAgeMs / 60_000)} min old (at least ${PLAN_INTERVAL_MS / 60_000})`,
});

/** The rails of an automatic rollback, in the order in which they are stored. All must hold. */
export const RAILS: readonly Rail[] = [
  minimumEvidence,
  controlGroup,
  causeLink,
  controlCoverage,
  targetKnown,
  audience,
  rate,
];

/** Every rail's answer. */
export const judgeRails = (facts: RailFacts): readonly RailResult[] => RAILS.map((rail) => rail(facts));
