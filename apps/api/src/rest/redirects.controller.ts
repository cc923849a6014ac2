import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { answerOf, breakerShape, commandShape, fallbackShape, listOf, type Principal, redirectShape } from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import type { Actions } from '../actions.js';
import { commandQuery, commented, fallbackQuery, plainListQuery, redirectQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';

/** What Tocsin does beside rollouts: traffic that is moved, other DNS providers, updates that are held back, and the commands of all. */
@Controller('v1')
@Needs('view')
export class RedirectsController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get('redirects')
  @Speaks({
    id: 'listRedirects',
    summary: 'Redirects of traffic, newest first',
    query: redirectQuery,
    answer: listOf('redirects', redirectShape),
  })
  async redirects(@Query() query: unknown) {
    const { status, ...ask } = accepted(readQuery(redirectQuery, query));
    return listAnswer('redirects', accepted(await this.queries.redirects({ statuses: status, ...ask })));
  }

  /** A redirect that stopped, and whose nodes will not come back. */
  @Post('redirects/:id/end')
  @Speaks({
    id: 'endRedirect',
    summary: 'Ends a redirect that stopped, whose nodes will not come back',
    body: commented,
    answer: answerOf('redirect', redirectShape),
    refuses: ['REDIRECT_NOT_STOPPED'],
  })
  @HttpCode(200)
  @Needs('operate')
  async end(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { comment } = accepted(readBody(commented, body));
    return { redirect: accepted(await this.actions.endRedirect(id, comment, caller)) };
  }

  @Get('fallbacks')
  @Speaks({
    id: 'listFallbacks',
    summary: 'Fallbacks of customers to other providers, newest first',
    query: fallbackQuery,
    answer: listOf('fallbacks', fallbackShape),
  })
  async fallbacks(@Query() query: unknown) {
    const { status, ...ask } = accepted(readQuery(fallbackQuery, query));
    return listAnswer('fallbacks', accepted(await this.queries.fallbacks({ statuses: status, ...ask })));
  }

  @Get('breakers')
  @Speaks({
    id: 'listBreakers',
    summary: 'The breakers of the services',
    query: plainListQuery,
    answer: listOf('breakers', breakerShape),
  })
  async breakers(@Query() query: unknown) {
    const ask = accepted(readQuery(plainListQuery, query));
    return listAnswer('breakers', accepted(await this.queries.breakers(ask)));
  }

  @Get('commands')
  @Speaks({
    id: 'listCommands',
    summary: 'Commands to the fleet, newest first',
    query: commandQuery,
    answer: listOf('commands', commandShape),
  })
  async commands(@Query() query: unknown) {
    const { status, ...ask } = accepted(readQuery(commandQuery, query));
    return listAnswer('commands', accepted(await this.queries.commands({ statuses: status, ...ask })));
  }
}
