import { refuse, type Refusal } from '#contracts';

/** Where one begins to follow: where one was, or now. A position that was never given is of another log, or of one that lost its end. */
export const beginsAt = (asked: number | undefined, head: number): number | Refusal => {
  if (asked === undefined) return head;
  if (!Number.isSafeInteger(asked) || asked < 0) return refuse('CURSOR_INVALID', `${asked} is no position`);
  return asked > head ? refuse('CURSOR_INVALID', `position ${asked} is after the newest event, ${head}`) : asked;
};
