import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Permission, Principal, RequestFacts } from '#contracts';
import { accepted } from './refused.js';
import { onTerms } from './request-terms.js';

/** Where `@Needs` keeps its word. */
export const NEEDS = 'tocsin:needs';

/** What a route or resolver asks of its caller. One without it refuses everybody: a process does not start with such a route. */
export const Needs = (permission: Permission): MethodDecorator & ClassDecorator => SetMetadata(NEEDS, permission);

/** Where `@Opens` keeps its word. */
export const OPENS = 'tocsin:opens';

/**
 * On a class of a module that registers routes past Nest, or takes sockets: their names and what each asks of its caller. No guard of ours
 * stands before them: whoever registers them asks it himself.
 */
export const Opens = (routes: Readonly<Record<string, Permission>>): ClassDecorator => SetMetadata(OPENS, routes);

/** A request whose caller was authenticated. */
export type KnownRequest = FastifyRequest & { principal?: Principal };

/** The HTTP request behind a route, or behind a resolver (Mercurius keeps it in the reply of its context). */
export const requestOf = (context: ExecutionContext): KnownRequest => {
  if (context.getType<string>() === 'http') return context.switchToHttp().getRequest<KnownRequest>();
  return context.getArgByIndex<{ reply: { request: KnownRequest } }>(2).reply.request;
};

/** How the CLI names itself in `User-Agent`. */
const CLI = 'tocsin-cli';

const factsOf = (context: ExecutionContext): RequestFacts => {
  const { id, headers } = requestOf(context);
  if (context.getType<string>() !== 'http') return { id, via: 'graphql', mutation: context.getHandler().name };
  return { id, via: headers['user-agent']?.startsWith(CLI) === true ? 'cli' : 'rest' };
};

/** What a request said of itself, as a parameter of a route that nobody shows a key to. */
export const Facts = createParamDecorator((_: unknown, context: ExecutionContext) => factsOf(context));

/** The authenticated caller, as a parameter of a route or resolver. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const request = requestOf(context);
  const { principal } = request;
  if (principal === undefined) throw new Error('caller asked for on a route that is public');
  const caller = { ...principal, request: factsOf(context) };
  // What GraphQL asks for more than once in a request is done once each: its key is said with each mutation.
  return context.getType<string>() === 'http' ? accepted(onTerms(caller, request)) : caller;
});

/** The actor of the events that a caller causes: `user:alice`, `node:n1`, `slack:alice`. */
export const actorOf = ({ role, name, nodeId, door }: Principal): string => {
  if (door !== undefined) return `${door}:${name}`;
  return nodeId === undefined ? `${role}:${name}` : `node:${nodeId}`;
};
