import { COMMAND_AUDIENCE_MAX, type EventData } from '#contracts';
import { EVIDENCE_NODES_MIN, EVIDENCE_OUTCOMES_MIN } from '../rollout/evidence-rails.js';
import type { Capacity } from './capacity.js';

/** Share of the capacity that must be left (R25). */
export const SERVING_MIN = 0.6;
/** A breach of one second may be one burst. */
const HELD_MIN_MS = 2_000;
/** Share of the siblings' nodes that must report, or nothing is known of where the traffic would go. */
const COVERAGE_MIN = 0.8;
/** A place that was moved and is slow again has another fault than its traffic: one redirect in 30 minutes ... */
export const REDIRECT_INTERVAL_MS = 1_800_000;
/** ... and three in a day, as the next one would be for a person to decide. */
export const REDIRECTS_MAX = 3;

/** What the rails of a redirect judge; everything in it is known at the tick. */
export interface RedirectFacts {
  readonly place: string;
  /** How long the trigger has held, ms. */
  readonly heldMs: number;
  /** Outcomes of the place in the last minute. */
  readonly outcomes: number;
  /** Nodes of the place that are slow by themselves. */
  readonly slowNodes: number;
  /** Whether more of the place is slow than its two busiest nodes could be. */
  readonly isSlowBeyondTwo: boolean;
  readonly nodes: readonly string[];
  readonly capacity: Capacity;
  /** Ages of the redirects of this place in the last 24 h, ms. */
  readonly ages: readonly number[];
  /** A release in the place that fails beside nodes that do not: it is what is to be moved, not the traffic. */
  readonly blamedRelease: string | undefined;
  /** A redirect of another place that is under way: this place may be slow of its traffic. */
  readonly otherRedirectId: string | undefined;
  /** A rollback that names nodes of the place, and is under way or ended within the window of the trigger. */
  readonly rollbackId: string | undefined;
}

/** A rail's answer, as it is stored. */
export type RedirectRail = EventData<'RedirectDecided'>['rails'][number];

const minimumEvidence = ({ outcomes, slowNodes, isSlowBeyondTwo, heldMs }: RedirectFacts): RedirectRail => ({
  rail: 'minimum_evidence',
  holds:
    outcomes >= EVIDENCE_OUTCOMES_MIN && (slowNodes >= EVIDENCE_NODES_MIN || isSlowBeyondTwo) && heldMs >= HELD_MIN_MS,
  detail:
    `${outcomes} outcomes (at least ${EVIDENCE_OUTCOMES_MIN}), ${slowNodes} nodes slow by their own timeouts (at least ${EVIDENCE_NODES_MIN}` +
    `, or more slow answers than two nodes give: ${isSlowBeyondTwo ? 'yes' : 'no'}), held ${heldMs / 1_000} s (at least ${HELD_MIN_MS / 1_000})`,
});

const siblings = ({ place, capacity }: RedirectFacts): RedirectRail => ({
  rail: 'siblings',
  holds: capacity.healthy.length > 0,
  detail:
    capacity.healthy.length > 0
      ? `to ${capacity.healthy.slice(0, 10).join(', ')}: ${capacity.healthy.length} of ${capacity.siblings.length} siblings are healthy`
      : `${place} has ${capacity.siblings.length} siblings, none of them healthy: nothing is moved`,
});

const serving = ({ capacity: { left, total } }: RedirectFacts): RedirectRail => ({
  rail: 'capacity',
  holds: total > 0 && left >= SERVING_MIN * total,
  detail: `${left} of ${total} nodes would go on serving (at least ${100 * SERVING_MIN} %)`,
});

const coverage = ({ capacity: { reporting } }: RedirectFacts): RedirectRail => ({
  rail: 'coverage',
  holds: reporting.expected > 0 && reporting.live >= COVERAGE_MIN * reporting.expected,
  detail: `${reporting.live} of ${reporting.expected} nodes of the siblings report (at least ${100 * COVERAGE_MIN} %)`,
});

const audience = ({ nodes }: RedirectFacts): RedirectRail => ({
  rail: 'audience',
  holds: nodes.length > 0 && nodes.length <= COMMAND_AUDIENCE_MAX,
  detail: `${nodes.length} named nodes`,
});

const exclusive = ({ rollbackId, otherRedirectId }: RedirectFacts): RedirectRail => ({
  rail: 'exclusive',
  holds: rollbackId === undefined && otherRedirectId === undefined,
  detail:
    rollbackId !== undefined
      ? `rollback ${rollbackId} has these nodes, or had them a moment ago`
      : otherRedirectId !== undefined
        ? `redirect ${otherRedirectId} is under way: one place at a time, or its traffic drives the next one out`
        : 'no rollback of these nodes and no other redirect is under way',
});

const cause = ({ blamedRelease }: RedirectFacts): RedirectRail => ({
  rail: 'cause',
  holds: blamedRelease === undefined,
  detail:
    blamedRelease === undefined
      ? 'no release explains it'
      : `release ${blamedRelease} explains it: a rollback ends it, and its traffic would take the healthy nodes along`,
});

const rate = ({ ages }: RedirectFacts): RedirectRail => {
  const newest = Math.min(...ages);
  const minutes = Math.round(newest / 60_000);
  return {
    rail: 'rate',
    holds: newest >= REDIRECT_INTERVAL_MS && ages.length < REDIRECTS_MAX,
    detail:
      ages.length === 0
        ? 'no redirect here in the last 24 h'
        : `${ages.length} here in the last 24 h (at most ${REDIRECTS_MAX}), the last ${minutes} min ago (at least ${REDIRECT_INTERVAL_MS / 60_000})`,
  };
};

/** Every rail's answer, in the order in which they are stored. All must hold. */
export const judgeRedirect = (facts: RedirectFacts): readonly RedirectRail[] =>
  [minimumEvidence, siblings, serving, coverage, audience, cause, exclusive, rate].map((rail) => rail(facts));
