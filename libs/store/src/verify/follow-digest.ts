import type { KeptHead } from '#contracts';
import type { Queryable } from '../database.js';
import { nextDigest } from '../event-hash.js';

/** Hashes of one read: 0.7 MB. */
const HASHES_MAX = 10_000;

/** The events end before they ended already: somebody cut them off. */
export class EventsCutOff extends Error {
  override readonly name = 'EventsCutOff';
  constructor(
    readonly head: number,
    readonly known: number,
  ) {
    super(`the events end at position ${head}, and went to ${known} before`);
  }
}

/**
 * Goes on with the digest over all events, from a head to where they end now. Throws `EventsCutOff` where they do not go as far as the head
 * that is known.
 */
export const followDigest = async (database: Queryable, from: KeptHead): Promise<KeptHead> => {
  const [head] = await database.query<{ position: number }>('select coalesce(max(position), 0) as position from event');
  if (head !== undefined && head.position < from.position) throw new EventsCutOff(head.position, from.position);
  let { position, digest } = from;
  for (;;) {
    const rows = await database.query<{ position: number; hash: string }>(
      `select position, hash from event where position > $1 order by position limit ${HASHES_MAX}`,
      [position],
    );
    for (const { hash } of rows) digest = nextDigest(digest, hash);
    position = rows.at(-1)?.position ?? position;
    if (rows.length < HASHES_MAX) return { position, digest };
  }
};
