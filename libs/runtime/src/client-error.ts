import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { problemDocument, refuse, type Refusal } from '#contracts';

/** Until an answer has left that ends a connection: a problem document takes no time, and who does not take it is not waited for. */
const GOODBYE_MS = 1_000;

/** What Node says of a connection on which no request could be read. */
const refusalOfConnection = (code: string | undefined): Refusal => {
  if (code === 'HPE_HEADER_OVERFLOW')
    return refuse('HEADERS_TOO_LARGE', 'expected 16 KiB of address and headers at most');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refuse('REQUEST_TOO_SLOW', 'the request did not arrive in its time');
  return refuse('BODY_UNPARSABLE', 'expected a request of HTTP/1.1');
};

/** Answers on a connection where there is no request to answer, with what stands on every answer, and closes it. */
export const answerConnection =
  (onEvery: Readonly<Record<string, string>>) =>
  (error: NodeJS.ErrnoException, socket: Socket): void => {
    // Nobody hears it any more.
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const problem = problemDocument(refusalOfConnection(error.code));
    const body = JSON.stringify(problem);
    const headers = {
      ...onEvery,
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const status = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`;
    // Half closed, it would keep its place among the connections for as long as the other side likes.
    const gone = setTimeout(() => socket.destroy(), GOODBYE_MS);
    socket.once('close', () => clearTimeout(gone));
    socket.end([status, ...lines, '', body].join('\r\n'));
  };
