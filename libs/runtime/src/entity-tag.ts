import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Enough that two answers never meet: 64 bits, in hex. */
const HASH_CHARS = 16;

/** A request for a thing that has a version: `If-Match` names it. */
export type VersionedRequest = FastifyRequest & {
  version?: number;
  /** How far the log had come when the version was read: what was decided before it is in the answer. */
  position?: number;
  /** Of an answer that was written before this request. */
  answerHash?: string;
};

/** What a tag says of an answer. */
export const hashOf = (answer: string): string =>
  createHash('sha256').update(answer).digest('hex').slice(0, HASH_CHARS);

/**
 * The tag of an answer. Of a thing with a version `"<version>.<hash>"`: the hash changes with everything that is shown, also by time alone;
 * the version is what an act on the thing compares. Of anything else a weak one: it says that nothing changed, and can be no condition.
 */
export const entityTag = (version: number | undefined, hash: string): string =>
  version === undefined ? `W/"${hash}"` : `"${version}.${hash}"`;

const opaque = (tag: string): string => tag.trim().replace(/^W\//, '');

/** Whether a client has this already (`If-None-Match`, compared weakly: RFC 9110, 13.1.2). */
export const isKnown = (header: string | undefined, tag: string): boolean =>
  header !== undefined && (header.trim() === '*' || header.split(',').some((each) => opaque(each) === opaque(tag)));

/** Whether answers under a path have tags: those that tell how something is, and can be asked for again. */
export const isTaggedPath = (path: string): boolean =>
  path.startsWith('/v1/') &&
  // A long poll and a stream, which nobody asks for twice.
  !path.startsWith('/v1/events') &&
  !path.startsWith('/v1/stream');

const isTagged = ({ method, url }: FastifyRequest, reply: FastifyReply, answer: unknown): answer is string =>
  method === 'GET' && reply.statusCode === 200 && typeof answer === 'string' && isTaggedPath(url);

/** Every answer to a GET carries its tag; whoever shows it again is told that nothing changed, without the body. */
export const sayTag = (
  request: VersionedRequest,
  reply: FastifyReply,
  answer: unknown,
  done: (error: null, answer?: unknown) => void,
): void => {
  if (!isTagged(request, reply, answer)) return done(null, answer);
  const tag = entityTag(request.version, request.answerHash ?? hashOf(answer));
  void reply.header('etag', tag).header('cache-control', 'private, no-cache');
  if (!isKnown(request.headers['if-none-match'], tag)) return done(null, answer);
  // Nothing of an answer that is at hand is said again, also not where the list goes on.
  void reply.code(304).removeHeader('content-length').removeHeader('content-type').removeHeader('link');
  return done(null, '');
};
