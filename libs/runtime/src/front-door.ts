import type { FastifyReply, FastifyRequest } from 'fastify';
import { isRefusal } from '#contracts';
import type { Authenticator } from './authenticator.js';
import type { KnownRequest } from './needs.js';
import { sendProblem } from './problem.filter.js';

/** Asked by probes and balancers, which hold no key. */
const PUBLIC: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/**
 * Before the body of any request is read: whoever has no key is told so, and nothing of a body is taken from strangers. What a key
 * may do is the guard's question, which knows the route.
 */
export const createFrontDoor =
  (authenticator: Authenticator) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    if (PUBLIC.has(request.url.split('?', 1)[0] ?? '')) return undefined;
    const principal = await authenticator.authenticate(request.headers.authorization);
    if (isRefusal(principal)) return sendProblem(reply, principal, request.id);
    (request as KnownRequest).principal = principal;
    return undefined;
  };
