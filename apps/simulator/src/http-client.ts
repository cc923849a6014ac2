import { Agent, request } from 'node:http';

/** One request. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly key?: string;
  readonly contentType?: string;
  readonly body?: Uint8Array | string;
  readonly timeoutMs?: number;
}

/** What was answered. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** A client of one server. Fails with an Error when nothing was answered; a status is an answer, whatever it says. */
export interface HttpClient {
  readonly send: (request: HttpRequest) => Promise<HttpAnswer>;
  readonly close: () => void;
}

/** Longer than the server's own wait for the log, so that its word is heard. */
const TIMEOUT_MS = 15_000;
/** One connection per node of the largest fleet, and some for the rest; what is beyond waits for a free one. */
const SOCKETS_MAX = 512;
/** Nothing the API answers is larger; more would be a fault of the server. */
const ANSWER_BYTES_MAX = 16 * 1024 * 1024;

const headersOf = ({ key, contentType, body }: HttpRequest): Record<string, string> => ({
  ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  ...(contentType === undefined ? {} : { 'content-type': contentType }),
  ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
});

const sendOnce = (baseUrl: URL, agent: Agent, asked: HttpRequest): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const what = `${asked.method} ${asked.path}`;
    const fail = (cause: Error): void => reject(new Error(`${what}: ${cause.message}`, { cause }));
    const options = { method: asked.method, agent, headers: headersOf(asked), timeout: asked.timeoutMs ?? TIMEOUT_MS };
    const outgoing = request(new URL(asked.path, baseUrl), options, (incoming) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > ANSWER_BYTES_MAX) incoming.destroy(new Error('the answer is too large'));
        else chunks.push(chunk);
      });
      incoming.on('error', fail);
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
      incoming.on('aborted', () => fail(new Error('the connection broke within the answer')));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer in time')));
    outgoing.on('error', fail);
    outgoing.end(asked.body);
  });

/** Makes a client that keeps its connections. */
export const createHttpClient = (url: string): HttpClient => {
  const baseUrl = new URL(url);
  const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX });
  return { send: (asked) => sendOnce(baseUrl, agent, asked), close: () => agent.destroy() };
};
