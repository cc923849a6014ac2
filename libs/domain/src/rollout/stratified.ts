/** Good and bad outcomes. */
export interface Tally {
  readonly good: number;
  readonly bad: number;
}

/** Who has something and who has not, where everything else that is known is the same. */
export interface Stratum {
  readonly having: Tally;
  readonly lacking: Tally;
}

/** How much worse those are that have it. */
export interface StratifiedDifference {
  /** Percentage points by which more of theirs fails; weighted over the strata. */
  readonly points: number;
  /** Of Cochran, Mantel and Haenszel: how many standard deviations from chance; 0 where nothing can be said. */
  readonly z: number;
  /** A standard deviation of the points, by chance alone; 0 where nothing failed. */
  readonly error: number;
}

const count = ({ good, bad }: Tally): number => good + bad;

/**
 * The difference of two failing shares over strata, by Mantel and Haenszel (risk difference: Greenland and Robins, Biometrics 41, 1985), and
 * the test of Cochran, Mantel and Haenszel without the correction for continuity. In each stratum like is compared with like, so that what
 * a place or another change does to both sides does not count; a stratum with one side only says nothing. Undefined without any other.
 */
export const compareStrata = (strata: readonly Stratum[]): StratifiedDifference | undefined => {
  let [difference, weight, excess, variance] = [0, 0, 0, 0];
  for (const { having, lacking } of strata) {
    const [n1, n0] = [count(having), count(lacking)];
    const n = n1 + n0;
    if (n1 === 0 || n0 === 0) continue;
    const bad = having.bad + lacking.bad;
    difference += (having.bad * n0 - lacking.bad * n1) / n;
    weight += (n1 * n0) / n;
    excess += having.bad - (n1 * bad) / n;
    variance += (n1 * n0 * bad * (n - bad)) / (n * n * Math.max(1, n - 1));
  }
  if (weight === 0) return undefined;
  return {
    points: (100 * difference) / weight,
    z: variance === 0 ? 0 : excess / Math.sqrt(variance),
    error: (100 * Math.sqrt(variance)) / weight,
  };
};
