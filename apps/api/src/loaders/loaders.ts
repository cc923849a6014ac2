import type { ManyReads } from '#store';
import { createRequestLoaders, type RequestLoaders } from './request-loaders.js';

/** What a request has that may act more than once. */
interface Turning {
  turn?: object;
}

/** What was read before this is not known to the request any more: something was done since. */
export const beginTurn = (context: object): void => {
  (context as Turning).turn = {};
};

/** A context like another, that shares what is read with all others of the same turn. */
export const withTurn = (context: object, turn: object): object => ({ ...context, turn });

/**
 * The loaders of each request, by its context: the same ones until it has done something (`beginTurn`), and new ones then. A context that
 * lives longer, as that of a socket, must be a new one for each event.
 */
export class Loaders {
  private readonly byTurn = new WeakMap<object, RequestLoaders>();
  private readonly readByTurn = new WeakMap<object, Map<string, unknown>>();

  constructor(private readonly reads: ManyReads) {}

  /** The same ones for every field of one request. */
  of(context: object): RequestLoaders {
    const turn = turnOf(context);
    const known = this.byTurn.get(turn) ?? createRequestLoaders(this.reads);
    this.byTurn.set(turn, known);
    return known;
  }

  /** What is made once for one request by what has no id: the rules in force. */
  once<T>(context: object, what: string, make: () => T): T {
    const turn = turnOf(context);
    const known = this.readByTurn.get(turn) ?? new Map<string, unknown>();
    this.readByTurn.set(turn, known);
    const made = known.has(what) ? (known.get(what) as T) : make();
    known.set(what, made);
    return made;
  }
}

const turnOf = (context: object): object => (context as Turning).turn ?? context;
