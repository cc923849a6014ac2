import { createHash, randomBytes } from 'node:crypto';
import type { Principal } from '#contracts';

/** 64 bits: two things never meet. */
const ID_BYTES = 8;

/**
 * The rest of the id of something new, 16 hex characters: random, or by the idempotency key, so that a request that is sent again names what
 * it made the first time.
 */
export const newId = ({ terms }: Principal): string =>
  terms?.once === undefined
    ? randomBytes(ID_BYTES).toString('hex')
    : createHash('sha256')
        .update(JSON.stringify([terms.once.subject, terms.once.key]))
        .digest('hex')
        .slice(0, ID_BYTES * 2);
