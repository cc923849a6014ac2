import type { FastifyReply } from 'fastify';
import { hashOf, type VersionedRequest } from './entity-tag.js';

/** An answer as it is sent, made once for all who are told the same: fifty consoles cost one writing of it. */
export class WrittenAnswer {
  /** JSON. */
  readonly text: string;
  /** What its tag says of it. */
  readonly hash: string;

  constructor(answer: object) {
    this.text = JSON.stringify(answer);
    this.hash = hashOf(this.text);
  }
}

/** As long as whoever shares an answer keeps it. */
const written = new WeakMap<object, WrittenAnswer>();

/** Of an answer that is the same object for all who ask meanwhile, and that nobody changes. */
export const writtenOnce = (answer: object): WrittenAnswer => {
  const known = written.get(answer) ?? new WrittenAnswer(answer);
  written.set(answer, known);
  return known;
};

/** What is written already is sent as it is, under the tag that it has. */
export const sayWritten = (
  request: VersionedRequest,
  reply: FastifyReply,
  answer: unknown,
  done: (error: null, answer: unknown) => void,
): void => {
  if (answer instanceof WrittenAnswer) {
    request.answerHash = answer.hash;
    void reply.serializer(() => answer.text);
  }
  done(null, answer);
};
