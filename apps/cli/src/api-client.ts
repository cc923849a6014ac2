import { clearTimeout, setTimeout } from 'node:timers';
import type { ProblemDocument } from '#contracts';
import type { Connection } from './connection.js';

/** Nobody answered, or not in time. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

/** Tocsin answered and refused. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Refused for the moment: too many follow, too many ask, or the server, or what stands before it, is not ready. */
const REFUSED_FOR_NOW: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Whether it is worth to ask again in a while: nobody answered, or refused for the moment. */
export const isAway = (error: unknown): error is Unreachable | Refused =>
  error instanceof Unreachable || (error instanceof Refused && REFUSED_FOR_NOW.has(error.status));

/** Tocsin's REST API. */
export interface ApiClient {
  readonly url: URL;
  /** The JSON of a path; `waitMs` is how long the server itself may wait before it answers. */
  readonly get: (path: string, waitMs?: number) => Promise<unknown>;
  /** Sends JSON; the JSON that is answered. */
  readonly post: (path: string, body: unknown) => Promise<unknown>;
  /** The text of a stream as it comes, until the connection ends; Unreachable when that breaks, or is silent for too long. */
  readonly stream: (path: string) => AsyncIterable<string>;
  /** Ends a thing; the JSON that is answered. */
  readonly delete: (path: string) => Promise<unknown>;
}

/** Why something is ended, where it has no body: a query of its path. */
export const commentQuery = (comment: string | undefined): string =>
  comment === undefined ? '' : `?${new URLSearchParams({ comment }).toString()}`;

/** An API that takes longer is as good as away. */
const TIMEOUT_MS = 10_000;

/** A stream says every 15 s that it lives: after three times in vain it does not. */
const SILENT_MS_MAX = 45_000;

const messageOf = async (response: Response): Promise<string> => {
  const text = await response.text();
  try {
    const { title, detail } = JSON.parse(text) as Partial<ProblemDocument>;
    return [title, detail].filter((part) => part !== undefined).join(': ');
  } catch {
    return text.slice(0, 200);
  }
};

const causeIn = (error: unknown): unknown =>
  error instanceof Error && error.cause instanceof Error ? error.cause : error;

const causeOf = (error: unknown): string => {
  const cause = causeIn(error);
  return cause instanceof Error ? cause.message || cause.name : String(cause);
};

/** Nothing was sent: there was no connection. */
const UNSENT: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** An act whose answer was lost may have happened: whoever sends it again is to know. */
const doneOr = (method: string, error: unknown): string => {
  const code = (causeIn(error) as NodeJS.ErrnoException).code ?? '';
  return method === 'GET' || UNSENT.has(code)
    ? ''
    : '; it may have been done all the same: look before you send it again';
};

/** The text of a body in pieces; `alive` is told of each. */
async function* textOf(body: AsyncIterable<Uint8Array>, alive: () => void): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  for await (const bytes of body) {
    alive();
    yield decoder.decode(bytes, { stream: true });
  }
}

async function* streamOf(
  { url, key }: Connection,
  path: string,
  send: typeof fetch,
): AsyncGenerator<string, void, void> {
  const silent = new AbortController();
  const timer = setTimeout(() => silent.abort(new Error('it says nothing')), SILENT_MS_MAX);
  try {
    const headers = { authorization: `Bearer ${key}`, accept: 'text/event-stream' };
    const response = await send(new URL(path, url), { headers, signal: silent.signal });
    if (!response.ok)
      throw new Refused(response.status, `GET ${path}: ${response.status} ${await messageOf(response)}`);
    if (response.body !== null) yield* textOf(response.body, () => timer.refresh());
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Unreachable(`Tocsin at ${url.origin} does not answer: ${causeOf(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Makes a client. Fails with Unreachable or Refused, both worded for people. */
export const createApiClient = (connection: Connection, send: typeof fetch = fetch): ApiClient => {
  const { url, key } = connection;
  const ask = async (
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    waitMs: number,
    body?: string,
  ): Promise<unknown> => {
    const signal = AbortSignal.timeout(TIMEOUT_MS + waitMs);
    const headers = {
      authorization: `Bearer ${key}`,
      accept: 'application/json',
      'user-agent': 'tocsin-cli',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    try {
      const response = await send(new URL(path, url), {
        method,
        headers,
        signal,
        ...(body === undefined ? {} : { body }),
      });
      if (response.ok) return await response.json();
      throw new Refused(response.status, `${method} ${path}: ${response.status} ${await messageOf(response)}`);
    } catch (error) {
      if (error instanceof Refused) throw error;
      const what = `${causeOf(error)}${doneOr(method, error)}`;
      throw new Unreachable(`Tocsin at ${url.origin} does not answer: ${what}`, { cause: error });
    }
  };
  return {
    url,
    get: (path, waitMs = 0) => ask('GET', path, waitMs),
    post: (path, body) => ask('POST', path, 0, JSON.stringify(body)),
    stream: (path) => streamOf(connection, path, send),
    delete: (path) => ask('DELETE', path, 0),
  };
};

/** What an address answers to whoever holds no key, whatever its status, and the server's own time. */
export const openDoor =
  (url: URL, send: typeof fetch = fetch) =>
  async (path: string): Promise<{ readonly body: unknown; readonly date: string | null }> => {
    try {
      const response = await send(new URL(path, url), { signal: AbortSignal.timeout(TIMEOUT_MS) });
      return { body: await response.json(), date: response.headers.get('date') };
    } catch (error) {
      throw new Unreachable(`Tocsin at ${url.origin} does not answer: ${causeOf(error)}`, { cause: error });
    }
  };
