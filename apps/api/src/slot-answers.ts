import { SLOT_MS } from '#contracts';

/** Answers of one second that are kept; the oldest gives way, and is worked out again. */
const ANSWERS_MAX = 64;

/**
 * Answers that change with the second at most, worked out once for everybody who asks the same within it: what fifty consoles ask costs
 * what one costs. An answer that fails is kept for nobody.
 */
export const createSlotAnswers = <T>(clock: {
  readonly nowMs: () => number;
}): ((question: string, answer: () => Promise<T>) => Promise<T>) => {
  const kept = new Map<string, Promise<T>>();
  let slot = -1;
  return (question, answer) => {
    const now = Math.floor(clock.nowMs() / SLOT_MS);
    if (now !== slot) kept.clear();
    slot = now;
    const known = kept.get(question);
    if (known !== undefined) return known;
    const oldest = kept.size >= ANSWERS_MAX ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    const next = answer();
    kept.set(question, next);
    next.catch(() => kept.get(question) === next && kept.delete(question));
    return next;
  };
};
