import { randomInt } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http';
import { Controller, Get, Inject, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Principal } from '#contracts';
import { accepted, Caller, CLOCK, type Clock, LOGGER, type Logger, Needs, readQuery, Speaks } from '#runtime';
import type { EventFeed } from '../event-feed.js';
import { EVENT_FEED, FOLLOWERS } from '../tokens.js';
import { beginsAt } from './begins-at.js';
import { chosenBy, eventFilter } from './event-filter.js';
import { EventStream } from './event-stream.js';
import type { Followers } from './followers.js';

/** After how long a client that lost the stream comes again: one to two seconds, not all in the same moment. */
const RETRY_MS = 1_000;

/** Nothing on the way may keep it, or hold it back until it has more. */
const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

const position = z.coerce.number().int().nonnegative();
const listed = (value: unknown): unknown =>
  [value].flat().flatMap((each) => (typeof each === 'string' ? each.split(',') : [each]));

const streamQuery = eventFilter.extend({
  after: position.optional(),
  types: z.preprocess((value) => (value === undefined ? undefined : listed(value)), eventFilter.shape.types),
});

/** The events as a stream that ends with the connection: the same order and the same positions as everywhere. */
@Controller('v1/stream')
@Needs('view')
export class StreamController {
  constructor(
    @Inject(EVENT_FEED) private readonly feed: EventFeed,
    @Inject(FOLLOWERS) private readonly followers: Followers,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  @Get()
  @Speaks({
    id: 'followEvents',
    summary: 'Tells what happened and what happens, as server-sent events',
    query: streamQuery,
    answer: {
      media: ['text/event-stream'],
      about:
        'An event of the log in each `data`, its position as the `id`; Last-Event-ID resumes. An event named `end` is a problem.',
    },
    refuses: ['CURSOR_INVALID', 'SUBSCRIBERS_TOO_MANY'],
  })
  async stream(
    @Query() query: unknown,
    @Caller() principal: Principal,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { after: asked, ...filter } = accepted(readQuery(streamQuery, query));
    // A browser asks with the address it began with, and says in the header where it is: the header is newer.
    const last = request.headers['last-event-id'];
    const from = last === undefined ? asked : accepted(readQuery(position, last));
    const after = accepted(beginsAt(from, await this.feed.head()));
    const stream = new EventStream(reply.raw, this.clock, { principal, authorization: request.headers.authorization });
    if (stream.gone.aborted) {
      reply.hijack();
      return;
    }
    const leave = accepted(this.followers.admit(stream));
    stream.gone.addEventListener('abort', leave, { once: true });
    reply.hijack();
    reply.raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...STREAM_HEADERS });
    if (request.method === 'HEAD') {
      reply.raw.end();
      return;
    }
    stream.begin(after, RETRY_MS + randomInt(RETRY_MS));
    const pages = this.feed.follow({ after, chooses: chosenBy(filter) }, stream.gone);
    await stream.send(pages).catch((error: unknown) => this.logger.warn({ err: error }, 'a stream of events broke'));
    stream.end(undefined);
  }
}
