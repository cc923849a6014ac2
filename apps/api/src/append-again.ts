import { isRefusal, refuse, type Refusal } from '#contracts';
import type { EventStore, StreamAppend } from '#store';
import type { ActMetadata } from './act-metadata.js';

/**
 * How often a decision is made again after somebody else was first. Each time somebody else has succeeded, so many at once need as
 * many rounds: eight consoles that acknowledge in the same second, and the rules beside them.
 */
const ATTEMPTS_MAX = 16;

/** Why a request on these terms is not done again; `done`: it was, as it is asked for now. */
const doneBefore = async (
  store: Pick<EventStore, 'doneRequest'>,
  { terms }: ActMetadata,
): Promise<undefined | 'done' | Refusal> => {
  if (terms?.once === undefined) return undefined;
  const done = await store.doneRequest(terms.once);
  if (done === undefined) return undefined;
  return done.hash === terms.once.hash
    ? 'done'
    : refuse('IDEMPOTENCY_KEY_REUSED', `key ${terms.once.key} was sent with another request`, 'idempotency-key');
};

/** Refuses what a key would make that it made before it was forgotten: the thing has the id that the key gives it. */
export const keyOutlived = (key: string): Refusal =>
  refuse('IDEMPOTENCY_KEY_REUSED', `key ${key} made something more than a day ago: send another`, 'idempotency-key');

/** Whether the first stream, which is that of the thing, is as the caller saw it. */
const isAsSeen = ({ terms }: ActMetadata, version: number): boolean =>
  terms?.ifMatch === undefined || (terms.ifMatch === 'any' ? version > 0 : terms.ifMatch.includes(version));

/**
 * Decides and appends; on a conflict decides again on the stream as it is then. No events: nothing is appended. After the last
 * attempt the caller is told, and nothing was written. A request that was done before, by its idempotency key, is not decided again: it is
 * answered with `repeated`, undefined as if it had just been done. The version that `If-Match` is compared with is the one that the
 * append expects, so nothing can come in between.
 */
export const appendAgain = async (
  store: Pick<EventStore, 'append' | 'doneRequest'>,
  metadata: ActMetadata,
  decide: () => Promise<StreamAppend | readonly StreamAppend[] | Refusal>,
  repeated?: Refusal,
): Promise<undefined | Refusal> => {
  let version = 0;
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const before = await doneBefore(store, metadata);
    if (before !== undefined) return before === 'done' ? repeated : before;
    const decided = await decide();
    if (isRefusal(decided)) return decided;
    const appends = [decided].flat();
    version = appends[0]?.expectedVersion ?? 0;
    if (!isAsSeen(metadata, version))
      return refuse('PRECONDITION_FAILED', `it is at version ${version} now: look at it again`, 'if-match');
    if (appends.every(({ events }) => events.length === 0)) return undefined;
    const result = await store.append(appends, metadata);
    if (!('conflict' in result)) return undefined;
  }
  // What is new and is always there already was made under the same key, which was forgotten since.
  if (version === 0 && metadata.terms?.once !== undefined) return keyOutlived(metadata.terms.once.key);
  return refuse('CONFLICT', 'others change the same thing at this moment; send again');
};
