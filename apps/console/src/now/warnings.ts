/** Figures of the fleet and of its customers that have a line of warning. */
export interface Warned {
  /** Per cent; null or undefined: nobody asked, or nothing was heard. */
  readonly success: number | null | undefined;
  /** µs. */
  readonly p99: number | 'timeout' | null | undefined;
  /** Undefined: it could not be read. */
  readonly score: number | undefined;
}

/** R20: per cent. */
const SUCCESS_MIN = 99.5;
/** R21: two customers of tier 1 are above it, and ten of tier 2 are not yet. */
const SCORE_MAX = 100;
/** R22: µs. */
const P99_MAX = 200_000;

/** Which lines of warning are crossed, and which those are; what is not known crosses none. */
export const warningsOf = ({ success, p99, score }: Warned): Partial<Readonly<Record<keyof Warned, string>>> => ({
  ...(success != null && success < SUCCESS_MIN && { success: `below ${SUCCESS_MIN} %` }),
  ...((p99 === 'timeout' || (p99 != null && p99 > P99_MAX)) && { p99: `above ${P99_MAX / 1_000} ms` }),
  ...(score !== undefined && score > SCORE_MAX && { score: `score above ${SCORE_MAX}` }),
});
