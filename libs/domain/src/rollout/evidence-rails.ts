import { EFFECT_MIN, isToBlame } from './blame.js';
import type { Coverage, Rail } from './rail.js';

/** RAIL-1: fewer outcomes of the release than this prove nothing. */
export const EVIDENCE_OUTCOMES_MIN = 1_000;
/** RAIL-1: one or two bad nodes are broken machines, not a broken release. */
export const EVIDENCE_NODES_MIN = 3;
/** RAIL-3: what was changed longer ago is no likely cause ... */
const CAUSE_AGE_MAX_MS = 3_600_000;
/** ... but while its rollout goes on or is watched: the study's first batch was 77 minutes old when it failed. */
const WATCHED_AGE_MAX_MS = 86_400_000;
/** RAIL-4: share of the nodes that must report, of the release and of its control each. */
export const COVERAGE_MIN = 0.8;

/** States of a rollout that nobody looks at any more. */
const UNWATCHED: ReadonlySet<string> = new Set(['ended', 'rolled_back']);

const percent = (value: number | undefined): string => (value === undefined ? 'unknown' : `${value.toFixed(2)} %`);
const minutes = (ms: number): number => Math.round(ms / 60_000);

const minimumEvidence: Rail = {
  rail: 'minimum_evidence',
  class: 'E',
  judge: ({ gateSays, outcomes, badNodes }) =>
    gateSays === undefined
      ? {
          holds: outcomes >= EVIDENCE_OUTCOMES_MIN && badNodes.length >= EVIDENCE_NODES_MIN,
          detail: `${outcomes} outcomes (at least ${EVIDENCE_OUTCOMES_MIN}), ${badNodes.length} nodes bad in 2 consecutive seconds (at least ${EVIDENCE_NODES_MIN})`,
        }
      : { holds: true, detail: `the gate has enough: ${gateSays}` },
};

const controlGroup: Rail = {
  rail: 'control_group',
  class: 'E',
  judge: ({ gateSays, comparison }) => {
    const { release, success, control, strata } = comparison;
    if (gateSays !== undefined) return { holds: true, detail: `the gate compares: ${gateSays}` };
    const both = `${release} ${percent(success)}, control ${percent(control)} in ${strata} places`;
    return { holds: isToBlame(comparison), detail: `${both} (at least ${EFFECT_MIN} points apart, p < 0.001)` };
  },
};

const causeLink: Rail = {
  rail: 'cause_link',
  class: 'E',
  judge: ({ rollout, badNodes, explainedBy, at }) => {
    if (rollout === undefined) return { holds: false, detail: 'no deploy signal names this release' };
    // Telemetry would be its own witness: that these nodes changed, and that they fail.
    if (rollout.origin === 'telemetry')
      return { holds: false, detail: 'no deploy signal names this release, telemetry alone shows it' };
    if (explainedBy !== undefined) return { holds: false, detail: `rollout ${explainedBy} explains what fails here` };
    const foreign = badNodes.filter((nodeId) => !rollout.nodes.has(nodeId));
    const ageMs = at - rollout.deployedAtMs;
    const maxMs = UNWATCHED.has(rollout.state) ? CAUSE_AGE_MAX_MS : WATCHED_AGE_MAX_MS;
    const reached = `rollout ${rollout.rolloutId} reached ${rollout.nodes.size} nodes, the last ${minutes(ageMs)} min ago (at most ${minutes(maxMs)})`;
    const detail = `${reached}; ${foreign.length} bad nodes are not among them`;
    return { holds: foreign.length === 0 && ageMs <= maxMs, detail };
  },
};

const isCovered = ({ live, proved, expected }: Coverage): boolean =>
  expected > 0 && live + proved >= COVERAGE_MIN * expected;

const coverage: Rail = {
  rail: 'coverage',
  class: 'E',
  judge: ({ cohort, control }) => ({
    // Silence of the control proves nothing, whatever else is known of it: it must speak.
    holds: isCovered(cohort) && isCovered({ ...control, proved: 0 }),
    detail: `${cohort.live} of ${cohort.expected} nodes with it report and ${cohort.proved} are shown to have failed, ${control.live} of ${control.expected} control nodes report (at least ${100 * COVERAGE_MIN} % each)`,
  }),
};

const dataReadable: Rail = {
  rail: 'data_readable',
  class: 'E',
  judge: ({ unreadable }) => ({
    holds: unreadable.length === 0,
    detail: unreadable.length === 0 ? 'no telemetry is late or lost' : unreadable.join('; '),
  }),
};

const mode: Rail = {
  rail: 'mode',
  class: 'E',
  judge: (facts) => ({ holds: facts.mode === 'auto', detail: `the service is in mode ${facts.mode}` }),
};

/** What must be known before Tocsin acts by itself; to a person it is a warning. */
export const EVIDENCE_RAILS: readonly Rail[] = [minimumEvidence, controlGroup, causeLink, coverage, dataReadable, mode];
