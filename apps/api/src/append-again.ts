import { type Event, isRefusal, refuse, type Refusal } from '#contracts';
import type { EventStore, StreamAppend } from '#store';
import type { ActMetadata } from './act-metadata.js';

/**
 * How often a decision is made again after somebody else was first. Each time somebody else has succeeded, so many at once need as
 * many rounds: eight consoles that acknowledge in the same second, and the rules beside them.
 */
const ATTEMPTS_MAX = 16;

type AppendStore = Pick<EventStore, 'append' | 'doneRequest'>;
type Decide = () => Promise<StreamAppend | readonly StreamAppend[] | Refusal>;

/** That a request was done before, as it is asked for now: the position of the first event that it made. */
interface Done {
  readonly done: number;
}

/** Why a request on these terms is not done again, or that it was done. */
const doneBefore = async (store: AppendStore, { terms }: ActMetadata): Promise<undefined | Done | Refusal> => {
  if (terms?.once === undefined) return undefined;
  const found = await store.doneRequest(terms.once);
  if (found === undefined) return undefined;
  return found.hash === terms.once.hash
    ? { done: found.position }
    : refuse('IDEMPOTENCY_KEY_REUSED', `key ${terms.once.key} was sent with another request`, 'idempotency-key');
};

/** Whether the first stream, which is that of the thing, is as the caller saw it. */
const isAsSeen = ({ terms }: ActMetadata, version: number): boolean =>
  terms?.ifMatch === undefined || (terms.ifMatch === 'any' ? version > 0 : terms.ifMatch.includes(version));

const appendOnce = async (
  store: AppendStore,
  metadata: ActMetadata,
  decide: Decide,
): Promise<undefined | Done | Refusal> => {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const before = await doneBefore(store, metadata);
    if (before !== undefined) return before;
    const decided = await decide();
    if (isRefusal(decided)) return decided;
    const appends = [decided].flat();
    const version = appends[0]?.expectedVersion ?? 0;
    if (!isAsSeen(metadata, version))
      return refuse('PRECONDITION_FAILED', `it is at version ${version} now: look at it again`, 'if-match');
    if (appends.every(({ events }) => events.length === 0)) return undefined;
    const result = await store.append(appends, metadata);
    if (!('conflict' in result)) return undefined;
  }
  return refuse('CONFLICT', 'others change the same thing at this moment; send again');
};

/**
 * Decides and appends; on a conflict decides again on the stream as it is then. No events: nothing is appended. After the last
 * attempt the caller is told, and nothing was written. A request that was done before, by its idempotency key, is not decided again: it is
 * answered with `repeated`, undefined as if it had just been done. The version that `If-Match` is compared with is the one that the
 * append expects, so nothing can come in between.
 */
export const appendAgain = async (
  store: AppendStore,
  metadata: ActMetadata,
  decide: Decide,
  repeated?: Refusal,
): Promise<undefined | Refusal> => {
  const appended = await appendOnce(store, metadata, decide);
  return appended !== undefined && 'done' in appended ? repeated : appended;
};

/**
 * The same for something new, whose id is drawn: answers the id. Of a request that was done before it is the id of what that made, read
 * from its first event; a key that is a day old and forgotten makes another.
 */
export const appendNew = async (
  store: AppendStore & Pick<EventStore, 'readAll'>,
  metadata: ActMetadata,
  {
    newId,
    decide,
    idIn,
  }: {
    readonly newId: string;
    readonly decide: Decide;
    /** The id that an event of such an act names. */
    readonly idIn: (event: Event) => string | undefined;
  },
): Promise<string | Refusal> => {
  const appended = await appendOnce(store, metadata, decide);
  if (appended === undefined || isRefusal(appended)) return appended ?? newId;
  const [first] = await store.readAll(appended.done - 1, 1);
  const id = first && idIn(first.event);
  if (id === undefined) throw new Error(`request done at ${appended.done}: its first event made nothing new`);
  return id;
};
