import type { FastifyReply, FastifyRequest } from 'fastify';
import { isRefusal } from '#contracts';
import type { Authenticator } from '../authenticator.js';
import type { KnownRequest } from '../needs.js';
import { sendProblem } from '../problem.filter.js';
import { answerOrigins } from './cross-origin.js';
import type { DoorStep } from './door-step.js';
import { isOpen } from './paths.js';
import { passProved, readAsOthers } from './proved-body.js';
import { putSecurityHeaders } from './security-headers.js';

/** What the front door of a process is made with. */
export interface DoorParts {
  readonly authenticator: Authenticator;
  /** Where people reach this process. */
  readonly publicUrl: URL | undefined;
  /** Origins whose pages may read answers, as browsers write them. */
  readonly corsOrigins: ReadonlySet<string>;
}

const passOpen: DoorStep = ({ url }) => (isOpen(url) ? 'through' : undefined);

/** Whoever has no key is told so. What a key may do is the guard's question, which knows the route. */
const askWho =
  (authenticator: Authenticator): DoorStep =>
  async (request) => {
    const principal = await authenticator.authenticate(request.headers.authorization);
    if (isRefusal(principal)) return principal;
    (request as KnownRequest).principal = principal;
    return undefined;
  };

/** The steps of a process, in their order. */
const stepsOf = ({ authenticator, publicUrl, corsOrigins }: DoorParts): readonly DoorStep[] => [
  putSecurityHeaders(publicUrl),
  answerOrigins(corsOrigins),
  passOpen,
  passProved,
  askWho(authenticator),
  readAsOthers,
];

/**
 * Before the body of any request is read: whoever has no key is told so, and nothing of a body is taken from strangers, but for the few
 * routes whose proof is in it.
 */
export const createFrontDoor = (parts: DoorParts) => {
  const steps = stepsOf(parts);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    for (const step of steps) {
      const verdict = await step(request, reply);
      if (verdict === 'through') return undefined;
      if (verdict === 'answered') return reply;
      if (verdict !== undefined) return sendProblem(reply, verdict, request.id);
    }
    return undefined;
  };
};
