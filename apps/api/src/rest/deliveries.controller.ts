import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import {
  answerOf,
  channelShape,
  channelTestAnswer,
  deadLettersAnswer,
  deliveryShape,
  listedDeliveryShape,
  listOf,
  type Principal,
  streamOf,
} from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import { saying } from '../act-metadata.js';
import type { Actions } from '../actions.js';
import { commented, deliveryQuery, maybeCommented, plainListQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';
import { Versioned } from './versioned.js';
import { channelNamed } from '../delivery-views.js';

/** What went out and through what, and what came in and could not be read. */
@Controller('v1')
@Needs('view')
export class DeliveriesController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get('deliveries')
  @Speaks({
    id: 'listDeliveries',
    summary: 'What went out, newest first',
    query: deliveryQuery,
    answer: listOf('deliveries', listedDeliveryShape),
  })
  async deliveries(@Query() query: unknown) {
    const { status, ...ask } = accepted(readQuery(deliveryQuery, query));
    return listAnswer('deliveries', accepted(await this.queries.ledger({ statuses: status, ...ask })));
  }

  @Get('deliveries/:id')
  @Speaks({ id: 'getDelivery', summary: 'A delivery with every attempt', answer: answerOf('delivery', deliveryShape) })
  @Versioned(({ id = '' }) => streamOf.delivery(id))
  async delivery(@Param('id') id: string) {
    return { delivery: accepted(await this.queries.delivery(id)) };
  }

  /** Deliveries that call somebody: pages, calls of further levels, and their ends. */
  @Get('pages')
  @Speaks({
    id: 'listPages',
    summary: 'What called people, newest first',
    query: deliveryQuery,
    answer: listOf('pages', listedDeliveryShape),
  })
  async pages(@Query() query: unknown) {
    const { status, ...ask } = accepted(readQuery(deliveryQuery, query));
    return listAnswer('pages', accepted(await this.queries.pages({ statuses: status, ...ask })));
  }

  /** One that was given up is sent again. */
  @Post('deliveries/:id/retry')
  @Speaks({
    id: 'retryDelivery',
    summary: 'Sends again what was given up',
    body: maybeCommented,
    answer: answerOf('delivery', deliveryShape),
    refuses: ['DELIVERY_NOT_GIVEN_UP'],
    matches: true,
  })
  @HttpCode(200)
  @Needs('operate')
  async retry(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { comment } = accepted(readBody(maybeCommented, body ?? undefined));
    return { delivery: accepted(await this.actions.retryDelivery(id, saying(caller, comment))) };
  }

  @Get('channels')
  @Speaks({
    id: 'listChannels',
    summary: 'The channels, what waits for each, and its receivers',
    answer: listOf('channels', channelShape),
  })
  async channels() {
    return { channels: await this.queries.channels() };
  }

  @Get('channels/:name')
  @Speaks({ id: 'getChannel', summary: 'A channel as it is now', answer: answerOf('channel', channelShape) })
  @Versioned(({ name = '' }) => streamOf.channel(name))
  async channel(@Param('name') name: string) {
    return { channel: accepted(channelNamed(await this.queries.channels(), name)) };
  }

  /** A page that says that it is a test, and its end. */
  @Post('channels/:name/test')
  @Speaks({
    id: 'testChannel',
    summary: 'Sends a page that says that it is a test, and its end',
    body: maybeCommented,
    answer: channelTestAnswer,
    refuses: ['CHANNEL_NOT_TESTABLE'],
  })
  @HttpCode(202)
  @Needs('operate')
  async test(@Param('name') name: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { comment } = accepted(readBody(maybeCommented, body ?? undefined));
    return accepted(await this.actions.testChannel(name, saying(caller, comment)));
  }

  @Post('channels/:name/enable')
  @Speaks({
    id: 'enableChannel',
    summary: 'Sends through a channel again that was disabled',
    body: commented,
    answer: answerOf('channel', channelShape),
    refuses: ['CHANNEL_NOT_DISABLED'],
    matches: true,
  })
  @HttpCode(200)
  @Needs('operate')
  async enable(@Param('name') name: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { comment } = accepted(readBody(commented, body));
    return { channel: accepted(await this.actions.enableChannel(name, saying(caller, comment))) };
  }

  @Get('dead-letters')
  @Speaks({
    id: 'listDeadLetters',
    summary: 'What came in and could not be read, newest first',
    query: plainListQuery,
    answer: deadLettersAnswer,
  })
  async deadLetters(@Query() query: unknown) {
    const ask = accepted(readQuery(plainListQuery, query));
    const { page, totals } = accepted(await this.queries.deadLetters(ask));
    return { ...listAnswer('deadLetters', page), totals };
  }
}
