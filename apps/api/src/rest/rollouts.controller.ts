import { Controller, Get, Inject, Query } from '@nestjs/common';
import { accepted, Needs, readQuery } from '#runtime';
import { commandQuery, redirectQuery, rollbackQuery, rolloutQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';

/** Rollouts, rollbacks, redirects and their commands. */
@Controller('v1')
@Needs('view')
export class RolloutsController {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Get('rollouts')
  async rollouts(@Query() query: unknown) {
    const { status, limit } = accepted(readQuery(rolloutQuery, query));
    return { rollouts: await this.queries.rollouts({ ...(status && { statuses: status }), limit }) };
  }

  @Get('rollbacks')
  async rollbacks(@Query() query: unknown) {
    const { status, incidentId, limit } = accepted(readQuery(rollbackQuery, query));
    const filter = { ...(status && { statuses: status }), ...(incidentId && { incidentId }), limit };
    return { rollbacks: await this.queries.rollbacks(filter) };
  }

  @Get('redirects')
  async redirects(@Query() query: unknown) {
    const { status, incidentId, limit } = accepted(readQuery(redirectQuery, query));
    const filter = { ...(status && { statuses: status }), ...(incidentId && { incidentId }), limit };
    return { redirects: await this.queries.redirects(filter) };
  }

  @Get('commands')
  async commands(@Query() query: unknown) {
    const { status, limit } = accepted(readQuery(commandQuery, query));
    return { commands: await this.queries.commands({ ...(status && { statuses: status }), limit }) };
  }
}
