import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticator } from '../authenticator.js';
import { sendProblem } from '../problem.filter.js';
import { askWho } from './ask-who.js';
import { takeBrowserKey } from './browser-key.js';
import { answerOrigins } from './cross-origin.js';
import type { DoorStep } from './door-step.js';
import { limitCaller, limitProved, type NeedsOfRoute } from './limit-rate.js';
import { isOpen } from './paths.js';
import { passProved, readAsOthers } from './proved-body.js';
import type { Rates } from './rates.js';
import { putSecurityHeaders } from './security-headers.js';

/** What the front door of a process is made with. */
export interface DoorParts {
  readonly authenticator: Authenticator;
  /** Where people reach this process. */
  readonly publicUrl: URL | undefined;
  /** Origins whose pages may read answers, as browsers write them. */
  readonly corsOrigins: ReadonlySet<string>;
  readonly rates: Rates;
  readonly needsOf: NeedsOfRoute;
}

// Only to be read: nothing of a body is taken from strangers.
const passOpen: DoorStep = ({ url, method }) =>
  isOpen(url) && (method === 'GET' || method === 'HEAD') ? 'through' : undefined;

/** The steps of a process, in their order. */
const stepsOf = ({ authenticator, publicUrl, corsOrigins, rates, needsOf }: DoorParts): readonly DoorStep[] => [
  putSecurityHeaders(publicUrl),
  answerOrigins(corsOrigins),
  passOpen,
  limitProved(rates),
  passProved,
  takeBrowserKey,
  askWho(authenticator, rates),
  limitCaller(rates, needsOf),
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
