/** A source of numbers that a seed determines. */
export interface Random {
  /** In [0, 1). */
  readonly next: () => number;
  /** An integer in [0, bound). */
  readonly below: (bound: number) => number;
}

/** FNV-1a, 32 bits: turns a name into a number. */
const hash32 = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
};

/** Rounds after which sfc32 has forgotten how its state was filled; its author runs 12. */
const WARM_UP_ROUNDS = 12;

/**
 * sfc32: 128 bits of state, passes PractRand, five lines. Streams of different names under one seed are independent, so that
 * adding a draw in one place changes nothing elsewhere.
 */
export const createRandom = (seed: number, stream: string): Random => {
  let a = seed >>> 0;
  let b = hash32(stream);
  let c = hash32(`${seed}/${stream}`);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + sum) >>> 0;
    return sum / 0x1_0000_0000;
  };
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) next();
  return { next, below: (bound) => Math.floor(next() * bound) };
};

/** A shuffled copy (Fisher and Yates). */
export const shuffled = <T>(items: readonly T[], random: Random): T[] => {
  const copy = [...items];
  for (let last = copy.length - 1; last > 0; last -= 1) {
    const other = random.below(last + 1);
    [copy[last], copy[other]] = [copy[other] as T, copy[last] as T];
  }
  return copy;
};
