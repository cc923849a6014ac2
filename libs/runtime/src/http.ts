import type { IncomingMessage } from 'node:http';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '#contracts';
import { answerConnection } from './client-error.js';
import type { Logger } from './logger.js';
import { answerError, sendProblem } from './problem.filter.js';
import { requestIdOf } from './watching/request-id.js';

/** Largest body of any route: a batch is a quarter of it, a registration of 1,000 customers half. */
export const BODY_BYTES_MAX = 1_048_576;
/** Longest part of a path: a signed link is one, of 1,024 at most; an id has 128. */
const PARAMETER_CHARS_MAX = 1_024;

/** The address and all headers, which Node counts together: a signed link is 1 KiB, a token of a large organisation 8. */
const HEADER_BYTES_MAX = 16_384;

/** How long a connection is waited for, ms. */
export interface Patience {
  readonly headersMs: number;
  readonly requestMs: number;
  readonly idleMs: number;
  /** How often connections are looked at: each bound above but the last is kept this much later at most. */
  readonly lookMs: number;
}

const PATIENCE: Patience = {
  // They come with the first packets; whoever sends them byte by byte holds a connection for this long.
  headersMs: 10_000,
  // A request that takes longer to arrive is a slow-loris or a broken line.
  requestMs: 30_000,
  // A connection that asks nothing more is kept for a node that posts four times a second, or asks each minute.
  idleMs: 72_000,
  // Node's own half a minute would make 40 s of the 10: four times as many slow connections at once.
  lookMs: 1_000,
};
/** Four connections of each of 1,000 nodes, and as many again; beyond it Node closes a connection at once. */
const CONNECTIONS_MAX = 8_000;

/** Health under the names that Prometheus and its family give it: what watches those watches this. */
const HEALTH_OF_PROMETHEUS: Readonly<Record<string, string>> = { '/-/healthy': '/healthz', '/-/ready': '/readyz' };

/** The path of health under our own name; any other path as it is. */
export const healthPath = (url: string): string => HEALTH_OF_PROMETHEUS[url] ?? url;

/** Nest would set its handler over ours, too late for the routes, and Fastify warns of that on every start. */
class HttpAdapter extends FastifyAdapter {
  override setErrorHandler(): ReturnType<FastifyAdapter['setErrorHandler']> {
    return this.getInstance();
  }
}

/**
 * HTTP as every process speaks it: bodies bounded; JSON parsed; any other content type handed to the route as bytes, so that the
 * route itself refuses it with the name of what it expected. What Fastify refuses before a route is asked is a problem document
 * too: a route keeps the error handler of the moment it was made, and Nest sets its own only after the routes when a module has
 * loaded a plugin (GraphQL does), so ours is set before anything else. `onEvery` stands also on what no hook sees; who asks
 * through one of `trustedProxies` is known by what that says of him.
 */
export const createHttpAdapter = (
  logger: Logger,
  onEvery: Readonly<Record<string, string>>,
  trustedProxies: readonly string[],
  { headersMs, requestMs, idleMs, lookMs }: Patience = PATIENCE,
): FastifyAdapter => {
  const adapter = new HttpAdapter({
    bodyLimit: BODY_BYTES_MAX,
    rewriteUrl: ({ url = '/' }) => healthPath(url),
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    http: { maxHeaderSize: HEADER_BYTES_MAX, headersTimeout: headersMs, connectionsCheckingInterval: lookMs },
    clientErrorHandler: answerConnection(onEvery),
    routerOptions: { maxParamLength: PARAMETER_CHARS_MAX },
    forceCloseConnections: true,
    trustProxy: trustedProxies.length > 0 && [...trustedProxies],
    genReqId: ({ headers }: IncomingMessage) => requestIdOf(headers),
    // An address that cannot be read, or is too long, leads nowhere.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      void sendProblem(reply.headers(onEvery), refuse('NOT_FOUND', error.message), request.id);
    },
  });
  adapter.getInstance().server.maxConnections = CONNECTIONS_MAX;
  adapter.getInstance().setErrorHandler((error, request, reply) => answerError(error, request, reply, logger));
  adapter.getInstance().addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id);
    done();
  });
  adapter.getInstance().addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  return adapter;
};
