import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { checkedLookup, type LookupAll, reachOf, refusalOfHost } from './receiver-address.js';

/** One HTTP request, complete: sending it needs no more knowledge of whom it is for. */
export interface OutgoingRequest {
  readonly url: URL;
  /** Absent: POST. */
  readonly method?: 'POST' | 'PATCH' | 'GET';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
  /** Bytes read of its answer, where more than an id is wanted of it. */
  readonly answerBytesMax?: number;
}

/** What came back. */
export type OutgoingAnswer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly retryAfter: string | null;
      /** Its body, cut. */
      readonly detail: string;
      /** It broke off behind its status: what the rest of it would have said is not known. */
      readonly isCut?: true;
    }
  /** `unreached` did not get as far as to the receiver; of `timeout` and `network` only the answer may be lost. */
  | { readonly kind: 'timeout' | 'network' | 'unreached'; readonly detail: string };

/** Bytes read of an answer: enough for any error text and for an id; the rest is not waited for. */
const ANSWER_BYTES_MAX = 16_384;

/** A receiver that takes longer to be reached is not there; an answer may take longer. */
const CONNECT_TIMEOUT_MS = 5_000;

/** What came of the body, and whether it broke off or was too slow. The status is an answer all the same; of some receivers not all of it. */
const readBounded = async (
  response: IncomingMessage,
  bytesMax: number,
): Promise<{ readonly text: string; readonly isCut: boolean }> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isCut = false;
  try {
    for await (const chunk of response) {
      chunks.push(chunk as Buffer);
      bytes += (chunk as Buffer).byteLength;
      if (bytes >= bytesMax) break;
    }
  } catch {
    isCut = true;
  }
  return { text: Buffer.concat(chunks).toString('utf8').slice(0, bytesMax), isCut };
};

const causeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
};

/** Takes every secret out of a text. */
export const redact = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((shown, secret) => shown.replaceAll(secret, '[redacted]'), text);

/**
 * One connection for one request: one that was kept may just have been closed by its receiver, which looks like a lost answer. No
 * proxy of the environment is used, and no redirect followed.
 */
const exchange = (
  { url, method = 'POST', headers, body }: OutgoingRequest,
  lookup: LookupFunction,
  signal: AbortSignal,
  onConnected: () => void,
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = request(url, {
      method,
      headers: { 'user-agent': 'tocsin', 'content-length': Buffer.byteLength(body), ...headers },
      agent: false,
      lookup,
      signal,
    });
    sent.once('response', resolve).once('error', reject);
    const connected = url.protocol === 'https:' ? 'secureConnect' : 'connect';
    sent.once('socket', (socket) => socket.once(connected, onConnected));
    sent.end(body);
  });

/**
 * Sends one request, once, within its time, to an address that is checked. Redirects are not followed: a receiver that moved is a
 * change of configuration, and following would send secrets to wherever it points. Every failure is an answer, never an exception.
 * `resolver` knows the addresses of hosts; the machine's unless given. `given` ends it early; it must not outlive the request, since Node 20 keeps what hangs on a signal as long as the signal.
 */
export const post = async (
  request: OutgoingRequest,
  secrets: readonly string[],
  given?: AbortSignal,
  allowsPrivate = false,
  resolver?: LookupAll,
): Promise<OutgoingAnswer> => {
  const refused = refusalOfHost(request.url, allowsPrivate);
  if (refused !== undefined) return { kind: 'unreached', detail: refused };
  const lookup = checkedLookup(reachOf(request.url, allowsPrivate), resolver);
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const connecting = new AbortController();
  const tooSlow = AbortSignal.timeout(CONNECT_TIMEOUT_MS);
  const giveUp = (): void => connecting.abort();
  let isConnected = false;
  const onConnected = (): void => {
    isConnected = true;
    tooSlow.removeEventListener('abort', giveUp);
  };
  tooSlow.addEventListener('abort', giveUp);
  const signal = AbortSignal.any([timeout, connecting.signal, ...(given === undefined ? [] : [given])]);
  try {
    const response = await exchange(request, lookup, signal, onConnected);
    const { text, isCut } = await readBounded(response, request.answerBytesMax ?? ANSWER_BYTES_MAX);
    const { statusCode: status = 0, headers } = response;
    const answer = { status, retryAfter: headers['retry-after'] ?? null, detail: redact(text, secrets) };
    return { kind: 'answered', ...answer, ...(isCut ? { isCut } : {}) };
  } catch (error) {
    if (connecting.signal.aborted)
      return { kind: 'unreached', detail: `no connection within ${CONNECT_TIMEOUT_MS} ms` };
    const detail = redact(causeOf(error), secrets);
    // What was not connected was not sent: nothing can have arrived.
    if (!isConnected) return { kind: 'unreached', detail: timeout.aborted ? 'no connection in its time' : detail };
    if (timeout.aborted) return { kind: 'timeout', detail: `no answer within ${request.timeoutMs} ms` };
    return { kind: 'network', detail };
  } finally {
    tooSlow.removeEventListener('abort', giveUp);
  }
};
