import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Refusal } from '#contracts';

/**
 * What a step says of a request: a refusal ends it, `answered` too, the step having sent the answer; `through` leads past all steps
 * behind it, and undefined to the next one.
 */
export type DoorVerdict = Refusal | 'answered' | 'through' | undefined;

/** One concern of the front door. It sees no body: nothing of one has been read. */
export type DoorStep = (request: FastifyRequest, reply: FastifyReply) => DoorVerdict | Promise<DoorVerdict>;
