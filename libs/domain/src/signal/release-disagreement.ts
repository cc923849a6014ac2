import { wilsonLowerBound, wilsonUpperBound } from '../impact/wilson.js';

/** What one release answered for a zone within a window: `zone_release` and `nxdomain` of the segments. */
export interface ReleaseAnswers {
  readonly release: string;
  /** Outcomes for or against the service, NXDOMAIN included. */
  readonly answered: number;
  readonly nxdomain: number;
}

/** A release that says NXDOMAIN more often than another, for the same zone at the same time. */
export interface Disagreement {
  /** Who says NXDOMAIN more often: the one that is suspected. */
  readonly suspect: ReleaseAnswers;
  readonly other: ReleaseAnswers;
  /** How far apart the shares are at least, 0..1. */
  readonly apartAtLeast: number;
}

/** Nodes of two releases serve different resolvers, whose questions differ: shares that are nearer than this are nothing. */
const APART_MIN = 0.1;
/** Answers of each release below which nothing is compared: some tens come from one resolver that searches suffixes. */
const ANSWERS_MIN = 100;

const compare = (suspect: ReleaseAnswers, other: ReleaseAnswers): Disagreement => {
  const least = wilsonLowerBound(suspect.nxdomain, suspect.answered);
  return { suspect, other, apartAtLeast: least - wilsonUpperBound(other.nxdomain, other.answered) };
};

/**
 * The releases whose NXDOMAIN share of one zone is above that of another by more than chance and more than a tenth, each beside the one
 * that it differs most from; the worst first. Of each share the bound of 99.9 % is taken that speaks for agreement, so that
 * less than one in a million pairs of the same share is named. Within one window, so that a change of the zone meets all releases.
 */
export const findDisagreements = (releases: readonly ReleaseAnswers[]): readonly Disagreement[] =>
  releases
    .filter(({ answered }) => answered >= ANSWERS_MIN)
    .flatMap((suspect, _at, compared) =>
      compared
        .filter((other) => other !== suspect)
        .map((other) => compare(suspect, other))
        .toSorted((a, b) => b.apartAtLeast - a.apartAtLeast)
        .slice(0, 1),
    )
    .filter(({ apartAtLeast }) => apartAtLeast > APART_MIN)
    .toSorted((a, b) => b.apartAtLeast - a.apartAtLeast);
