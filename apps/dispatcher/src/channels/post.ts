import type { AttemptAnswer } from './attempt.decide.js';
import type { ChannelRequest } from './channel.js';

/** Bytes read of an answer: enough for any error text; the rest is not waited for. */
const ANSWER_BYTES_MAX = 4_096;

const readBounded = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = response.body?.getReader();
  while (reader !== undefined && bytes < ANSWER_BYTES_MAX) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    bytes += value.byteLength;
  }
  await reader?.cancel();
  return Buffer.concat(chunks).toString('utf8').slice(0, ANSWER_BYTES_MAX);
};

const causeOf = (error: unknown): string => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return String(cause);
};

/** Takes every secret out of a text. */
export const redact = (text: string, secrets: readonly string[]): string =>
  secrets.reduce((shown, secret) => shown.replaceAll(secret, '[redacted]'), text);

/**
 * Sends one request, once, within its time. Redirects are not followed: a receiver that moved is a change of configuration, and
 * following would send secrets to wherever it points. Every failure is an answer, never an exception. `given` ends it early; it must
 * not outlive the request, since Node 20 keeps what hangs on a signal as long as the signal.
 */
export const post = async (
  request: ChannelRequest,
  secrets: readonly string[],
  given?: AbortSignal,
): Promise<AttemptAnswer> => {
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const signal = given === undefined ? timeout : AbortSignal.any([timeout, given]);
  try {
    const { url, headers, body } = request;
    const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
    const text = await readBounded(response);
    return {
      kind: 'answered',
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      detail: redact(text, secrets),
    };
  } catch (error) {
    if (timeout.aborted) return { kind: 'timeout', detail: `no answer within ${request.timeoutMs} ms` };
    return { kind: 'network', detail: redact(causeOf(error), secrets) };
  }
};
