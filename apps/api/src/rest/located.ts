import type { FastifyReply } from 'fastify';

/** Says where it is seen what became of an act that goes on after its answer (202), or where a new thing is (201). */
export const located = (reply: FastifyReply, ...path: readonly string[]): void => {
  void reply.header('location', `/v1/${path.map(encodeURIComponent).join('/')}`);
};
