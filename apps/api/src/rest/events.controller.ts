import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { eventHeadAnswer, eventsAnswer } from '#contracts';
import { accepted, EVENT_STORE, Needs, readQuery, Speaks } from '#runtime';
import { type EventStore, READ_EVENTS_MAX } from '#store';
import { type EventFeed } from '../event-feed.js';
import { EVENT_FEED } from '../tokens.js';

/** Longest wait for an event: below the idle limits of common proxies. */
const WAIT_MS_MAX = 30_000;

const eventQuery = z.object({
  after: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().min(1).max(READ_EVENTS_MAX).default(READ_EVENTS_MAX),
  waitMs: z.coerce.number().int().min(0).max(WAIT_MS_MAX).default(0),
});

/** What happened, in the one global order; a client goes on after the position it has. */
@Controller('v1/events')
@Needs('view')
export class EventsController {
  constructor(
    @Inject(EVENT_FEED) private readonly feed: EventFeed,
    @Inject(EVENT_STORE) private readonly store: EventStore,
  ) {}

  @Get()
  @Speaks({
    id: 'listEvents',
    summary: 'Events behind a position, oldest first; waits for one if asked to',
    query: eventQuery,
    answer: eventsAnswer,
    refuses: ['WAITERS_TOO_MANY', 'SUBSCRIBERS_TOO_MANY'],
  })
  async events(@Query() query: unknown, @Res({ passthrough: true }) reply: FastifyReply) {
    const asked = accepted(readQuery(eventQuery, query));
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    reply.raw.once('close', leave);
    const events = accepted(await this.feed.after(asked, gone.signal));
    reply.raw.off('close', leave);
    return { events, position: events.at(-1)?.position ?? asked.after };
  }

  @Get('head')
  @Speaks({ id: 'getEventHead', summary: 'The newest position', answer: eventHeadAnswer })
  async head() {
    return { position: await this.store.head() };
  }
}
