/** Choices from a seed: the same seed makes the same choices, so that a failure can be had again. */
export interface Dice {
  /** A whole number of 0 to `limit` - 1. */
  readonly below: (limit: number) => number;
  readonly chance: (probability: number) => boolean;
  /** One of the items; there must be one. */
  readonly pick: <T>(items: readonly T[]) => T;
}

/** Dice of a seed. Source of the generator: mulberry32. */
export const createDice = (seed: number): Dice => {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    chance: (probability) => next() < probability,
    pick: <T>(items: readonly T[]): T => items[below(items.length)]!,
  };
};

/** Bytes at which decoders go wrong: ends of ranges, continuation bits, quotes and brackets, parts of UTF-8. */
const EDGES = [0x00, 0x01, 0x7f, 0x80, 0xff, 0xc0, 0xed, 0xf4, 0x22, 0x5b, 0x7b, 0x2c, 0x0a] as const;
/** Longest run that is inserted or repeated. */
const RUN_MAX = 40;

type Mutation = (dice: Dice, bytes: Uint8Array, at: number) => Uint8Array;

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

const changed = (bytes: Uint8Array, at: number, change: (byte: number) => number): Uint8Array => {
  const copy = bytes.slice();
  if (at < copy.length) copy[at] = change(copy[at]!);
  return copy;
};

const MUTATIONS: readonly Mutation[] = [
  (dice, bytes, at) => changed(bytes, at, (byte) => byte ^ (1 << dice.below(8))),
  (dice, bytes, at) => changed(bytes, at, () => dice.pick(EDGES)),
  (_dice, bytes, at) => bytes.slice(0, at),
  (dice, bytes, at) => joined(bytes.subarray(0, at), bytes.subarray(at + 1 + dice.below(RUN_MAX))),
  (dice, bytes, at) =>
    joined(bytes.subarray(0, at), new Uint8Array(1 + dice.below(RUN_MAX)).fill(dice.pick(EDGES)), bytes.subarray(at)),
  (dice, bytes, at) =>
    joined(bytes.subarray(0, at), bytes.subarray(Math.max(0, at - 1 - dice.below(RUN_MAX))), bytes.subarray(at)),
];

/** The bytes with one to four things wrong: flipped bits, edge values, cut off, cut out, inserted, repeated. */
export const mutateBytes = (dice: Dice, bytes: Uint8Array): Uint8Array => {
  let mutated = bytes;
  for (let left = 1 + dice.below(4); left > 0; left -= 1)
    mutated = dice.pick(MUTATIONS)(dice, mutated, dice.below(mutated.length + 1));
  return mutated;
};
