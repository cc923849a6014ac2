import type { FastifyRequest } from 'fastify';
import type { Permission } from '#contracts';
import type { KnownRequest } from '../needs.js';
import type { DoorStep } from './door-step.js';
import { isProved } from './paths.js';
import type { RateClass, Rates } from './rates.js';
import { strangerOf } from './stranger.js';

/** What machines ask for, each as often as its telemetry comes. */
const OF_MACHINES: ReadonlySet<Permission> = new Set(['telemetry', 'probe', 'signal', 'alert', 'commands']);
const OF_LOOKING: ReadonlySet<Permission> = new Set(['view', 'ask_gate', 'public']);

/** As what a request is counted whose route needs this. What is new is an act, of which the fewest may come. */
export const rateClassOf = (needs: Permission): RateClass => {
  if (OF_MACHINES.has(needs)) return 'telemetry';
  return OF_LOOKING.has(needs) ? 'view' : 'act';
};

/** What the route of a request needs; undefined: it leads nowhere, or to GraphQL, whose acts the guard counts. */
export type NeedsOfRoute = (request: FastifyRequest) => Permission | undefined;

/** Counts a request whose caller is known. */
export const limitCaller =
  (rates: Rates, needsOf: NeedsOfRoute): DoorStep =>
  (request, reply) => {
    const { principal } = request as KnownRequest;
    const name = rateClassOf(needsOf(request) ?? 'view');
    return rates.spend(name, principal?.subject ?? strangerOf(request.ip), reply);
  };

/** Counts what proves itself without a key, by where it comes from. */
export const limitProved =
  (rates: Rates): DoorStep =>
  (request, reply) =>
    isProved(request.url) ? rates.spend('proved', strangerOf(request.ip), reply) : undefined;
