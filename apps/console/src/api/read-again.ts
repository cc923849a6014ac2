import type { Query, QueryClient } from '@tanstack/react-query';
import type { Clock } from '../time/clock.js';
import { followed, isFollowing, restOf } from './followed.js';

/** An act makes dozens of events within some ms, and each reading is shared by all of them; a person sees 150 ms as at once. */
const GATHER_MS = 150;

/** What reads again is made with. */
export interface ReadAgainParts {
  readonly queries: Pick<QueryClient, 'getQueryCache' | 'invalidateQueries'>;
  readonly clock: Clock;
}

/**
 * Reads again what events may have changed, for all events of 150 ms together. What is being read meanwhile is read to its end, and once
 * more after it: an answer that is begun anew with each event of a storm never comes.
 */
export class ReadAgain {
  /** What is to be read again, by its hash: never more than the cache holds. */
  readonly #owed = new Set<string>();
  readonly #streams = new Set<string>();
  /** When what rests between two readings was last asked for again, ms. */
  readonly #askedAt = new Map<string, number>();
  #stopWaiting: (() => void) | undefined;

  constructor(private readonly parts: ReadAgainParts) {}

  /** An event came on a stream. */
  heard(stream: string): void {
    this.#streams.add(stream);
    this.#wait();
  }

  /** Anything may have happened to what was asked for until now, whatever its stream. */
  everything(): void {
    this.#owe(({ meta }) => isFollowing(meta));
    this.#wait();
  }

  /** Nothing is read any more. */
  end(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
  }

  #wait(): void {
    this.#stopWaiting ??= this.parts.clock.after(GATHER_MS, () => this.#readAgain());
  }

  #owe(isOwed: (query: Query) => boolean): void {
    for (const query of this.parts.queries.getQueryCache().getAll()) if (isOwed(query)) this.#owed.add(query.queryHash);
  }

  #isDue(query: Query | undefined): boolean {
    if (query === undefined) return true;
    if (query.state.fetchStatus === 'fetching') return false;
    const restMs = restOf(query.meta);
    if (restMs === 0) return true;
    const now = this.parts.clock.now();
    if (now - (this.#askedAt.get(query.queryHash) ?? Number.NEGATIVE_INFINITY) < restMs) return false;
    this.#askedAt.set(query.queryHash, now);
    return true;
  }

  #readAgain(): void {
    this.#stopWaiting = undefined;
    const streams = [...this.#streams];
    this.#streams.clear();
    this.#owe(({ meta }) => followed(meta, streams));
    const cache = this.parts.queries.getQueryCache();
    for (const hash of this.#askedAt.keys()) if (cache.get(hash) === undefined) this.#askedAt.delete(hash);
    const due = new Set([...this.#owed].filter((hash) => this.#isDue(cache.get(hash))));
    for (const hash of due) this.#owed.delete(hash);
    if (due.size > 0)
      void this.parts.queries.invalidateQueries(
        { predicate: ({ queryHash }) => due.has(queryHash) },
        { cancelRefetch: false },
      );
    // What is on its way is looked at again as soon; the server takes 30 s at most for it.
    if (this.#owed.size > 0) this.#wait();
  }
}
