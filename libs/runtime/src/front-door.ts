import type { FastifyReply, FastifyRequest } from 'fastify';
import { isRefusal, refuse } from '#contracts';
import type { Authenticator } from './authenticator.js';
import type { KnownRequest } from './needs.js';
import { sendProblem } from './problem.filter.js';

/** Asked by probes and balancers, which hold no key. */
const PUBLIC: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** What comes with its own proof: a routing key in the body, a signature over it, a signed link. The route looks at it. */
const PROVED: readonly string[] = ['/v2/enqueue', '/v2/change/enqueue', '/v1/callbacks/', '/act/'];
/** Answered in the words of another program, also where the body is no JSON. */
const AS_OTHERS: readonly string[] = ['/api/v2/'];
/** Bytes of a body from somebody who has shown no key: what PagerDuty takes of an event. */
const PROVED_BYTES_MAX = 524_288;

const isOf = (paths: readonly string[], path: string): boolean =>
  paths.some((each) => path === each || (each.endsWith('/') && path.startsWith(each)));

/** Why nothing of the body is read; undefined where it may be. Its length must be said before. */
const refuseBody = ({ headers, method }: FastifyRequest) => {
  if (method === 'GET' || method === 'HEAD') return undefined;
  const length = Number(headers['content-length'] ?? NaN);
  if (headers['transfer-encoding'] !== undefined || Number.isNaN(length))
    return refuse('BODY_INVALID', 'expected content-length: a body of unknown length is not read without a key');
  return length > PROVED_BYTES_MAX
    ? refuse('BODY_TOO_LARGE', `the body has ${length} bytes: at most ${PROVED_BYTES_MAX}`)
    : undefined;
};

/** Hands the body to the route as it came: proofs are over bytes, and what is no JSON is answered in the words of the route. */
const takeBytes = ({ headers }: FastifyRequest): void => {
  if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined)
    headers['content-type'] = 'application/octet-stream';
};

/**
 * Before the body of any request is read: whoever has no key is told so, and nothing of a body is taken from strangers, but for the few
 * routes whose proof is in it. What a key may do is the guard's question, which knows the route.
 */
export const createFrontDoor =
  (authenticator: Authenticator) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const path = request.url.split('?', 1)[0] ?? '';
    if (PUBLIC.has(path)) return undefined;
    if (isOf(PROVED, path)) {
      const refusal = refuseBody(request);
      if (refusal !== undefined) return sendProblem(reply, refusal, request.id);
      takeBytes(request);
      return undefined;
    }
    const principal = await authenticator.authenticate(request.headers.authorization);
    if (isRefusal(principal)) return sendProblem(reply, principal, request.id);
    (request as KnownRequest).principal = principal;
    if (isOf(AS_OTHERS, path)) takeBytes(request);
    return undefined;
  };
