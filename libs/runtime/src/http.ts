import { FastifyAdapter } from '@nestjs/platform-fastify';

/** Largest body of any route: a batch is a quarter of it, a registration of 1,000 customers half. */
export const BODY_BYTES_MAX = 1_048_576;
/** A request that takes longer to arrive is a slow-loris or a broken line. */
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * HTTP as every process speaks it: bodies bounded; JSON parsed; any other content type handed to the route as bytes, so that the
 * route itself refuses it with the name of what it expected.
 */
export const createHttpAdapter = (): FastifyAdapter => {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: true,
  });
  adapter.getInstance().addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  return adapter;
};
