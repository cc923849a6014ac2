import type { ManyReads } from '#store';
import { createRequestLoaders, type RequestLoaders } from './request-loaders.js';

/** The loaders of each request, by its context. A context that lives longer, as that of a socket, must be a new one for each event. */
export class Loaders {
  private readonly byContext = new WeakMap<object, RequestLoaders>();
  private readonly readByContext = new WeakMap<object, Map<string, Promise<unknown>>>();

  constructor(private readonly reads: ManyReads) {}

  /** The same ones for every field of one request. */
  of(context: object): RequestLoaders {
    const known = this.byContext.get(context) ?? createRequestLoaders(this.reads);
    this.byContext.set(context, known);
    return known;
  }

  /** What has no id, read once for one request: the rules in force. */
  once<T>(context: object, what: string, read: () => Promise<T>): Promise<T> {
    const known = this.readByContext.get(context) ?? new Map<string, Promise<unknown>>();
    this.readByContext.set(context, known);
    const reading = (known.get(what) as Promise<T> | undefined) ?? read();
    known.set(what, reading);
    return reading;
  }
}
