// Looked up once: simulations draw tens of millions of numbers.
const { cos, floor, imul, log, log1p, PI, round, sqrt } = Math;

/** Numbers in [0, 1) from a seed (mulberry32, public domain): the same seed gives the same numbers everywhere. */
export const seededDraws = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** From so many expected on, a binomial number is as good as normal. */
const NORMAL_FROM = 100;

/** How many of `count` happen, each with probability `chance`: exactly, from one that happens to the next (Devroye 1986), or as good as. */
export const binomial = (count: number, chance: number, random: () => number): number => {
  if (chance > 0.5) return count - binomial(count, 1 - chance, random);
  if (chance <= 0) return 0;
  const mean = count * chance;
  if (mean >= NORMAL_FROM) {
    const normal = sqrt(-2 * log(1 - random())) * cos(2 * PI * random());
    return Math.min(count, Math.max(0, round(mean + sqrt(mean * (1 - chance)) * normal)));
  }
  const skip = log1p(-chance);
  let happened = -1;
  for (let at = -1; at < count; at += 1 + floor(log(1 - random()) / skip)) happened += 1;
  return happened;
};

/** The middle of numbers; null of none. */
export const medianOf = (numbers: readonly number[]): number | null => {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[floor((sorted.length - 1) / 2)] ?? null;
};
