import type { FastifyReply, FastifyRequest } from 'fastify';

const nextOf = (answer: unknown): string | undefined => {
  const next = (answer as { readonly next?: unknown } | null | undefined)?.next;
  return typeof next === 'string' ? next : undefined;
};

/** The same list from a cursor on: `?status=open&after=…`. */
const linkTo = (url: string, next: string): string => {
  const [path = '', query = ''] = url.split('?', 2);
  const asked = new URLSearchParams(query);
  asked.set('after', next);
  return `<${path}?${asked.toString()}>; rel="next"`;
};

/** A list that goes on says so in its head as well: `Link: </v1/alerts?after=…>; rel="next"` (RFC 8288). */
export const sayNext = (
  request: FastifyRequest,
  reply: FastifyReply,
  answer: unknown,
  done: (error: null, answer: unknown) => void,
): void => {
  const next = request.method === 'GET' && reply.statusCode === 200 ? nextOf(answer) : undefined;
  if (next !== undefined) void reply.header('link', linkTo(request.url, next));
  done(null, answer);
};
