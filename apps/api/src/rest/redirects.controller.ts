import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import type { Principal } from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery } from '#runtime';
import type { Actions } from '../actions.js';
import { commandQuery, commented, fallbackQuery, plainListQuery, redirectQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';

/** What Tocsin does beside rollouts: traffic that is moved, other DNS providers, updates that are held back, and the commands of all. */
@Controller('v1')
@Needs('view')
export class RedirectsController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get('redirects')
  async redirects(@Query() query: unknown) {
    const { status, incidentId, limit } = accepted(readQuery(redirectQuery, query));
    const filter = { ...(status && { statuses: status }), ...(incidentId && { incidentId }), limit };
    return { redirects: await this.queries.redirects(filter) };
  }

  /** A redirect that stopped, and whose nodes will not come back. */
  @Post('redirects/:id/end')
  @HttpCode(200)
  @Needs('operate')
  async end(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { comment } = accepted(readBody(commented, body));
    return { redirect: accepted(await this.actions.endRedirect(id, comment, caller)) };
  }

  @Get('fallbacks')
  async fallbacks(@Query() query: unknown) {
    const { status, incidentId, limit } = accepted(readQuery(fallbackQuery, query));
    const filter = { ...(status && { statuses: status }), ...(incidentId && { incidentId }), limit };
    return { fallbacks: await this.queries.fallbacks(filter) };
  }

  @Get('breakers')
  async breakers(@Query() query: unknown) {
    const { limit } = accepted(readQuery(plainListQuery, query));
    return { breakers: await this.queries.breakers({ limit }) };
  }

  @Get('commands')
  async commands(@Query() query: unknown) {
    const { status, limit } = accepted(readQuery(commandQuery, query));
    return { commands: await this.queries.commands({ ...(status && { statuses: status }), limit }) };
  }
}
