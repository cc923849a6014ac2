/** Quantile of the normal distribution for a one-sided bound of 99.9 % (C3). */
export const Z_999 = 3.090232306167813;

/** One-sided Wilson lower bound of a ratio: what `hits / count` is at least, with 99.9 % unless another quantile is given. */
export const wilsonLowerBound = (hits: number, count: number, z = Z_999): number => {
  if (count === 0) return 0;
  const ratio = hits / count;
  const z2 = z * z;
  const centre = ratio + z2 / (2 * count);
  const spread = z * Math.sqrt((ratio * (1 - ratio)) / count + z2 / (4 * count * count));
  return Math.max(0, (centre - spread) / (1 + z2 / count));
};

/** One-sided 99.9 % Wilson upper bound of a ratio: what `hits / count` is at most. */
export const wilsonUpperBound = (hits: number, count: number): number => 1 - wilsonLowerBound(count - hits, count);
