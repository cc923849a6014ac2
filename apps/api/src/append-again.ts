import { isRefusal, refuse, type Refusal } from '#contracts';
import type { EventStore, StreamAppend } from '#store';
import type { ActMetadata } from './act-metadata.js';

/**
 * How often a decision is made again after somebody else was first. Each time somebody else has succeeded, so many at once need as
 * many rounds: eight consoles that acknowledge in the same second, and the rules beside them.
 */
const ATTEMPTS_MAX = 16;

/**
 * Decides and appends; on a conflict decides again on the stream as it is then. No events: nothing is appended. After the last
 * attempt the caller is told, and nothing was written.
 */
export const appendAgain = async (
  store: Pick<EventStore, 'append'>,
  metadata: ActMetadata,
  decide: () => Promise<StreamAppend | readonly StreamAppend[] | Refusal>,
): Promise<undefined | Refusal> => {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const decided = await decide();
    if (isRefusal(decided)) return decided;
    const appends = [decided].flat();
    if (appends.every(({ events }) => events.length === 0)) return undefined;
    const result = await store.append(appends, metadata);
    if (!('conflict' in result)) return undefined;
  }
  return refuse('CONFLICT', 'others change the same thing at this moment; send again');
};
