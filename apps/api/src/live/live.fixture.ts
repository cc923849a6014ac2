import { get, type IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';

/** A stream of server-sent events as a client sees it. */
export interface OpenStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Everything that came. */
  readonly text: () => string;
  /** The positions of the events that came, in order. */
  readonly positions: () => readonly number[];
  /** Whether the other side has ended it. */
  readonly isOver: () => boolean;
  /** Takes nothing more from its socket, as a client that hangs. */
  readonly pause: () => void;
  readonly resume: () => void;
  readonly close: () => void;
}

/** The positions of all events with data in a text of server-sent events. A frame whose id is alone is none. */
export const positionsIn = (text: string): readonly number[] =>
  text
    .split('\n\n')
    .slice(0, -1)
    .flatMap((frame) => {
      const [, id] = /^id: (\d+)$/m.exec(frame) ?? [];
      return id !== undefined && /^data: /m.test(frame) ? [Number(id)] : [];
    });

/** Opens a stream with an agent of its own, so that one that is slow holds no other. */
export const openStream = async (url: string, headers: Readonly<Record<string, string>>): Promise<OpenStream> => {
  const request = get(url, { headers, agent: false });
  const response = await new Promise<IncomingMessage>((opened, failed) => {
    request.once('response', opened);
    request.once('error', failed);
  });
  const parts: string[] = [];
  const positions: number[] = [];
  let over = false;
  let unfinished = '';
  response.setEncoding('utf8').on('data', (part: string) => {
    parts.push(part);
    unfinished += part;
    const end = unfinished.lastIndexOf('\n\n') + 2;
    if (end < 2) return;
    // As it comes: who took a hundred megabytes would be read again at every question.
    positions.push(...positionsIn(unfinished.slice(0, end)));
    unfinished = unfinished.slice(end);
  });
  response.once('close', () => (over = true)).on('error', () => undefined);
  request.on('error', () => undefined);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: () => parts.join(''),
    positions: () => [...positions],
    isOver: () => over,
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    close: () => void request.destroy(),
  };
};

/** A client of the subscriptions, on a socket of its own. */
export interface OpenSocket {
  /** The results of each operation that was begun, in order. */
  readonly results: (id: string) => readonly Result[];
  readonly subscribe: (id: string, query: string, variables?: Readonly<Record<string, unknown>>) => void;
  readonly complete: (id: string) => void;
  /** Whether an operation is over. */
  readonly isOver: (id: string) => boolean;
  /** How the socket was closed. */
  readonly closed: () => { readonly code: number; readonly reason: string } | undefined;
  readonly send: (text: string) => void;
  /** Every message that came, as it came. */
  readonly said: () => readonly string[];
  readonly pause: () => void;
  readonly close: () => void;
}

/** What came for an operation. */
export interface Result {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** How a socket is opened. */
export interface SocketOptions {
  /** In the first message, as browsers must. */
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly protocol?: string;
  /** Says nothing at first. */
  readonly isSilent?: boolean;
}

/** Opens a socket and says who we are; resolves when it is taken, or closed. Fails with the status of an upgrade that is refused. */
export const openSocket = async (url: string, options: SocketOptions): Promise<OpenSocket> => {
  const { key, headers = {}, protocol = 'graphql-transport-ws', isSilent = false } = options;
  const socket = new WebSocket(url.replace(/^http/, 'ws'), protocol, { headers });
  const results = new Map<string, Result[]>();
  const over = new Set<string>();
  const said: string[] = [];
  let closed: { readonly code: number; readonly reason: string } | undefined;
  const send = (message: object): void => socket.send(JSON.stringify(message));
  const ready = new Promise<void>((done, failed) => {
    socket.once('unexpected-response', (_request, response) => failed(new Error(`status ${response.statusCode}`)));
    socket.on('error', failed);
    socket.once('open', () => {
      if (isSilent) return done();
      send({ type: 'connection_init', ...(key === undefined ? {} : { payload: { authorization: key } }) });
    });
    socket.on('close', (code, reason) => {
      closed = { code, reason: reason.toString() };
      done();
    });
    socket.on('message', (data: Buffer) => {
      said.push(data.toString());
      const { type, id = '', payload } = JSON.parse(data.toString()) as { type: string; id?: string; payload: never };
      if (type === 'connection_ack') done();
      const own = results.get(id) ?? [];
      results.set(id, own);
      if (type === 'next') own.push(payload);
      if (type === 'error') own.push({ errors: payload });
      if (type === 'error' || type === 'complete') over.add(id);
    });
  });
  await ready;
  return {
    results: (id) => results.get(id) ?? [],
    subscribe: (id, query, variables) => send({ type: 'subscribe', id, payload: { query, variables } }),
    complete: (id) => send({ type: 'complete', id }),
    isOver: (id) => over.has(id),
    closed: () => closed,
    send: (text) => socket.send(text),
    said: () => said,
    pause: () => socket.pause(),
    close: () => socket.terminate(),
  };
};
