import { randomBytes } from 'node:crypto';

/** 64 bits: two things never meet. */
const ID_BYTES = 8;

/** The rest of the id of something new: 16 hex characters, random. */
export const newId = (): string => randomBytes(ID_BYTES).toString('hex');
