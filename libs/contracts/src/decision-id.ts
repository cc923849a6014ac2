import { createHash } from 'node:crypto';

/** 128 bits: ids of decisions never meet. */
const ID_CHARACTERS = 32;

/** The id of a decision, from what makes it that decision: whoever decides it anywhere comes to the same id. */
export const decisionId = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, ID_CHARACTERS);
