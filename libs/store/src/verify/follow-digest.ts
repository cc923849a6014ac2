import type { FollowedHead } from '#contracts';
import type { Queryable } from '../database.js';
import { nextDigest } from '../event-hash.js';

/** Hashes of one read: 0.7 MB. */
const HASHES_MAX = 10_000;

/** The events are not what they were at a position already: somebody cut them off, whatever was written there since. */
export class EventsCutOff extends Error {
  override readonly name = 'EventsCutOff';
  constructor(
    readonly head: number,
    readonly known: number,
  ) {
    super(`the events are whole to position ${head}, and went to ${known} before`);
  }
}

/** The last event that is there up to a position. */
const LAST_UP_TO = `
  select position, hash from event where position <= $1 order by position desc limit 1`;

/** The event at the known head is there, and is the one that was. */
const checkKnown = async (database: Queryable, { position, hash }: FollowedHead): Promise<void> => {
  if (position === 0) return;
  const [last] = await database.query<{ position: number; hash: string }>(LAST_UP_TO, [position]);
  if (last?.position !== position) throw new EventsCutOff(last?.position ?? 0, position);
  if (hash !== undefined && last.hash !== hash) throw new EventsCutOff(position - 1, position);
};

/**
 * Goes on with the digest over all events, from a head to where they end now. Throws `EventsCutOff` where the event at the known head is
 * gone or another one, or where one behind it is missing.
 */
export const followDigest = async (database: Queryable, from: FollowedHead): Promise<FollowedHead> => {
  await checkKnown(database, from);
  let { position, digest, hash } = from;
  for (;;) {
    const rows = await database.query<{ position: number; hash: string }>(
      `select position, hash from event where position > $1 order by position limit ${HASHES_MAX}`,
      [position],
    );
    for (const row of rows) {
      if (row.position !== position + 1) throw new EventsCutOff(position, row.position);
      digest = nextDigest(digest, row.hash);
      ({ position, hash } = row);
    }
    if (rows.length < HASHES_MAX) return { position, digest, hash };
  }
};
