import type { FastifyInstance } from 'fastify';
import type { Entrance } from './entrances.js';

/** The names of the routes that a server has, whoever registered them: Nest, or a plugin past it. They are told as they come. */
export const watchRoutes = (http: Pick<FastifyInstance, 'addHook'>): ReadonlySet<string> => {
  const seen = new Set<string>();
  http.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) seen.add(`${each} ${url}`);
  });
  return seen;
};

/** Fastify answers HEAD wherever it answers GET, by the same handler, behind the same guard. */
const policyName = (route: string): string => route.replace(/^HEAD /, 'GET ');

/**
 * A route that no `@Needs` and no `@Opens` speaks of is a wrong program: nobody said who may pass. What Nest does not know of has no guard
 * either; whoever registers it says with `@Opens` what it asks, and asks it.
 */
export const checkRoutes = (seen: ReadonlySet<string>, entrances: readonly Pick<Entrance, 'name'>[]): void => {
  const known = new Set(entrances.map(({ name }) => name));
  const silent = [...seen].filter((route) => !known.has(policyName(route)));
  if (silent.length > 0) throw new Error(`without a policy: ${silent.toSorted().join(', ')}`);
};
