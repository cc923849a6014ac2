import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a receiver does once, in the place of what is right: an answer with a status, or none at all. */
type Misdeed = { readonly status: number; readonly retryAfter?: string; readonly body?: string } | 'hang' | 'reset';

/** It does what is right, and says so with another status, or once a promise is fulfilled, or resets before it says so, or behind the headers. */
type WrongAnswer = { readonly taken: number } | { readonly after: Promise<void> } | 'lost' | 'cut';

/** What a receiver does wrong, once. */
export type Fault = Misdeed | WrongAnswer;

/** A request as a receiver got it. */
export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** An answer of a receiver. */
export interface ReceiverAnswer {
  readonly status: number;
  /** Written as JSON, unless the headers say that it is text. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A receiver on a loopback port. Faults are used up in order, one per request; after them it behaves. */
export interface FakeReceiver {
  readonly url: string;
  readonly faults: Fault[];
  /** All requests, faulty ones too, in order of arrival. */
  readonly requests: readonly ReceivedRequest[];
  readonly close: () => Promise<void>;
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
};

const misbehave = (fault: Misdeed, response: ServerResponse): void => {
  if (fault === 'hang') return;
  if (fault === 'reset') {
    response.socket?.destroy();
    return;
  }
  const headers = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
  response.writeHead(fault.status, headers).end(fault.body ?? 'scripted');
};

const write = (response: ServerResponse, { status, body, headers = {} }: ReceiverAnswer): void => {
  const isText = headers['content-type'] === 'text/plain';
  response
    .writeHead(status, { 'content-type': 'application/json', ...headers })
    .end(isText ? String(body) : JSON.stringify(body));
};

const writeWrongly = async (fault: WrongAnswer, response: ServerResponse, right: ReceiverAnswer): Promise<void> => {
  if (fault === 'lost') {
    response.socket?.destroy();
    return;
  }
  if (fault === 'cut') {
    // Of a length, so that its end is missed; the headers leave before the connection ends.
    const headers = { 'content-type': 'application/json', ...right.headers };
    response.writeHead(right.status, { ...headers, 'content-length': '1000' }).flushHeaders();
    response.socket?.end();
    return;
  }
  if ('after' in fault) await fault.after;
  write(response, 'taken' in fault ? { ...right, status: fault.taken } : right);
};

const isTaken = (fault: Fault): fault is WrongAnswer =>
  fault === 'lost' || fault === 'cut' || (typeof fault === 'object' && !('status' in fault));

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

/** Starts a receiver whose right behaviour is `answer`. */
export const startFakeReceiver = async (
  answer: (request: ReceivedRequest) => ReceiverAnswer,
): Promise<FakeReceiver> => {
  const faults: Fault[] = [];
  const requests: ReceivedRequest[] = [];
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = incoming;
    const request = { method, path: url, headers, body: await bodyOf(incoming) };
    requests.push(request);
    const fault = faults.shift();
    if (fault === undefined) write(response, answer(request));
    else if (isTaken(fault)) await writeWrongly(fault, response, answer(request));
    else misbehave(fault, response);
  };
  const server = createServer((incoming, response) => void serve(incoming, response));
  const port = await listen(server);
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}`, faults, requests, close };
};
