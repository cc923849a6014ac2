import { BATCH_BYTES_MAX } from '../outcome.js';

const [ZERO, COMMA, END] = [0x30, 0x2c, 0x5d] as const;
const NULL = [0x6e, 0x75, 0x6c, 0x6c] as const;
/** Nine digits always fit 31 bits. */
const DIGITS_SAFE = 9;

/** An entry and its comma are two bytes at least. Read over by each array: what leaves is a copy. */
const scratch = new Uint32Array(BATCH_BYTES_MAX / 2);

/** Largest value of an array, and what `null` stands for in it. */
export interface IntegerRange {
  readonly max: number;
  readonly none: number | undefined;
}

const isNull = (bytes: Uint8Array, at: number): boolean => NULL.every((byte, index) => bytes[at + index] === byte);

const numberOf = (bytes: Uint8Array, from: number, to: number): number => {
  let value = 0;
  for (let i = from; i < to; i += 1) value = 10 * value + (bytes[i]! - ZERO);
  return value;
};

/**
 * How many integers stand between two places, written to scratch; -1 when there is anything else. `bytes[to]` is the bracket, at which
 * every number ends. `digit` is what a byte is as a digit, and above 9 when it is none.
 */
const readIntegers = (bytes: Uint8Array, from: number, to: number, { max, none }: IntegerRange): number => {
  if (from === to) return 0;
  let at = from;
  for (let count = 0; ; count += 1) {
    const begin = at;
    let value = bytes[at]! ^ ZERO;
    if (value > 9) {
      if (none === undefined || !isNull(bytes, at)) return -1;
      value = none | 0;
      at += NULL.length - 1;
    }
    at += 1;
    let digit = bytes[at]! ^ ZERO;
    if (digit <= 9) {
      if (value === 0 || at - begin > 1) return -1;
      for (; digit <= 9; digit = bytes[at]! ^ ZERO) {
        value = (Math.imul(value, 10) + digit) | 0;
        at += 1;
      }
      // Of a longer number these are the low 32 bits, and all of it when it is not above `max`.
      if ((at - begin > DIGITS_SAFE ? numberOf(bytes, begin, at) : value) > max) return -1;
    }
    scratch[count] = value;
    if (at === to) return count + 1;
    if (bytes[at] !== COMMA) return -1;
    at += 1;
  }
};

/** An array that was read, and the place after its bracket. */
export interface IntegerArray {
  readonly values: Uint32Array;
  readonly end: number;
}

/**
 * Reads a JSON array of integers whose bracket stands before `from`. Undefined when it is written in any but the shortest way (with
 * blanks, fractions, exponents) or holds something else: that is left to the JSON parser, which takes more than twice as long.
 * The values stand in shared room until the next call.
 */
export const integersAt = (bytes: Uint8Array, from: number, range: IntegerRange): IntegerArray | undefined => {
  const to = bytes.indexOf(END, from);
  const count = to < 0 || bytes.length > BATCH_BYTES_MAX ? -1 : readIntegers(bytes, from, to, range);
  return count < 0 ? undefined : { values: scratch.subarray(0, count), end: to + 1 };
};
