import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Meters } from './meters.js';
import { formatOf } from './metrics.controller.js';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether a caller shows the token of `/metrics`; compared in constant time. */
export const showsToken = (token: string | undefined, authorization: string | undefined): boolean =>
  token !== undefined && timingSafeEqual(digest(`Bearer ${token}`), digest(authorization ?? ''));

/**
 * Lets whoever shows the token of `/metrics` read it, and nothing else: the watching must not depend on the database that keys are in. Any
 * other caller goes the way of all.
 */
export const openMetricsByToken = (server: FastifyInstance, meters: Meters, token: string | undefined): void => {
  if (token === undefined) return;
  server.addHook('onRequest', async ({ url, method, headers }, reply) => {
    if (method !== 'GET' || url.split('?', 1)[0] !== '/metrics') return undefined;
    if (!showsToken(token, headers.authorization)) return undefined;
    const { contentType, body } = await meters.expose(formatOf(headers.accept));
    return reply.type(contentType).send(body);
  });
};
