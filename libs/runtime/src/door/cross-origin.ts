import type { DoorStep } from './door-step.js';

/** What a page of a listed origin may send beside what every page may. */
const HEADERS_TAKEN = [
  'authorization',
  'content-type',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'last-event-id',
  'traceparent',
  'x-request-id',
].join(', ');
const METHODS_TAKEN = 'GET, HEAD, POST, PUT, PATCH, DELETE';
/** What such a page may read of an answer. */
const HEADERS_SHOWN = ['ETag', 'Link', 'Location', 'RateLimit', 'RateLimit-Policy', 'Retry-After', 'X-Request-Id'].join(
  ', ',
);
/** Seconds that a browser does not ask again: an origin that is taken off the list may go on for ten minutes. */
const PREFLIGHT_S = 600;

/**
 * Pages of the origins of CORS_ORIGINS may read answers; a browser asks first, without a key, and is answered here. Every other origin gets
 * no word of it, and its browser keeps the answer from the page. Cookies are never sent along: there are none, a page holds a key or a token.
 */
export const answerOrigins = (origins: ReadonlySet<string>): DoorStep => {
  if (origins.size === 0) return () => undefined;
  return ({ method, headers }, reply) => {
    const { origin } = headers;
    void reply.header('vary', 'Origin');
    if (origin === undefined || !origins.has(origin)) return undefined;
    void reply.header('access-control-allow-origin', origin);
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) {
      void reply.header('access-control-expose-headers', HEADERS_SHOWN);
      return undefined;
    }
    void reply
      .status(204)
      .headers({
        'access-control-allow-methods': METHODS_TAKEN,
        'access-control-allow-headers': HEADERS_TAKEN,
        'access-control-max-age': PREFLIGHT_S,
      })
      .send();
    return 'answered';
  };
};
