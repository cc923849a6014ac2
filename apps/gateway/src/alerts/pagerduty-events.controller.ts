import { randomBytes } from 'node:crypto';
import { Body, Controller, HttpCode, Inject, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { enqueuedAnswer, enqueueRefusalAnswer, isPermitted, isRefusal, type Principal } from '#contracts';
import { LogUnavailable } from '#event-log';
import { AUTHENTICATOR, type Authenticator, bearerOfRoutingKey, type Clock, CLOCK, Needs, Speaks } from '#runtime';
import { DatabaseUnavailable } from '#store';
import { Intake } from '../intake.js';
import { parseJson } from '../json-body.js';
import {
  type EventReading,
  type InvalidEvent,
  invalidEvent,
  isInvalidEvent,
  readChange,
  readEvent,
  type ReadEvent,
  routingKeyIn,
} from './pagerduty-event.decide.js';
import { SenderRate } from '../sender-rate.js';

/** Their client repeats this alone: it takes 5xx for an answer, and the page is lost. So what cannot be taken now is told by it, too. */
const THROTTLED = {
  status: 'throttle exceeded',
  message: 'Requests for this service are arriving too quickly.  Please retry later.',
} as const;
/** Soon: what cannot be taken now is a page that waits. */
const RETRY_AFTER_S = '2';

interface EventAnswer {
  readonly status: 202 | 400 | 429;
  readonly body: object;
}

const newKey = (): string => randomBytes(16).toString('hex');
const invalid = (body: InvalidEvent): EventAnswer => ({ status: 400, body });

/**
 * PagerDuty's Events API v2, for whoever pages through it today: another address is all that changes. The routing key is a key of role
 * `alerts`, and stands in the body.
 */
@Controller('v2')
@Needs('public')
export class PagerDutyEventsController {
  private readonly rate = new SenderRate();

  constructor(
    @Inject(Intake) private readonly intake: Intake,
    @Inject(AUTHENTICATOR) private readonly authenticator: Authenticator,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('enqueue')
  @HttpCode(202)
  @Speaks({
    id: 'enqueueEvent',
    summary: 'Takes an event as PagerDuty does; the routing key in it is the key',
    body: { media: ['application/json'], about: 'an event of the Events API v2' },
    answer: enqueuedAnswer,
    also: { 400: enqueueRefusalAnswer, 429: enqueueRefusalAnswer },
    repeats: 'known',
  })
  async enqueue(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(reply, body, readEvent, (dedupKey) => ({
      status: 'success',
      message: 'Event processed',
      dedup_key: dedupKey,
    }));
  }

  @Post('change/enqueue')
  @HttpCode(202)
  @Speaks({
    id: 'enqueueChange',
    summary: 'Takes a change event as PagerDuty does; the routing key in it is the key',
    body: { media: ['application/json'], about: 'a change event of the Events API v2' },
    answer: enqueuedAnswer,
    also: { 400: enqueueRefusalAnswer, 429: enqueueRefusalAnswer },
    repeats: 'known',
  })
  async change(@Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    await this.answer(reply, body, readChange, () => ({ status: 'success', message: 'Change event processed' }));
  }

  private async answer(
    reply: FastifyReply,
    body: unknown,
    read: (value: unknown, reading: EventReading) => ReadEvent | InvalidEvent,
    success: (dedupKey: string) => object,
  ): Promise<void> {
    const { status, body: told } = await this.take(body, read, success).catch((error: unknown): EventAnswer => {
      if (error instanceof LogUnavailable || error instanceof DatabaseUnavailable)
        return { status: 429, body: THROTTLED };
      throw error;
    });
    if (status === 429) void reply.header('retry-after', RETRY_AFTER_S);
    await reply.status(status).send(told);
  }

  private async take(
    body: unknown,
    read: (value: unknown, reading: EventReading) => ReadEvent | InvalidEvent,
    success: (dedupKey: string) => object,
  ): Promise<EventAnswer> {
    const parsed = parseJson(body);
    if (isRefusal(parsed)) return invalid(invalidEvent('Event object is not valid JSON'));
    const routingKey = routingKeyIn(parsed.value);
    if (typeof routingKey !== 'string') return invalid(routingKey);
    const caller = await this.callerOf(routingKey);
    if (caller === undefined) return invalid(invalidEvent("'routing_key' is invalid"));
    const nowMs = this.clock.nowMs();
    if (!this.rate.take(caller.keyId, nowMs)) return { status: 429, body: THROTTLED };
    const event = read(parsed.value, { nowMs, newKey });
    if (isInvalidEvent(event)) return invalid(event);
    const taken = await this.intake.alerts(event.signals, caller);
    if (isRefusal(taken)) return { status: 429, body: THROTTLED };
    return { status: 202, body: success(event.dedupKey) };
  }

  private async callerOf(routingKey: string): Promise<Principal | undefined> {
    const header = bearerOfRoutingKey(routingKey);
    const caller = header === undefined ? undefined : await this.authenticator.authenticate(header);
    return caller === undefined || isRefusal(caller) || !isPermitted(caller, 'alert') ? undefined : caller;
  }
}
