import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { accepted, Needs, readQuery } from '#runtime';
import { rollbackQuery, rolloutQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';

/** Rollouts and rollbacks. */
@Controller('v1')
@Needs('view')
export class RolloutsController {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Get('rollouts')
  async rollouts(@Query() query: unknown) {
    const { status, limit } = accepted(readQuery(rolloutQuery, query));
    return { rollouts: await this.queries.rollouts({ ...(status && { statuses: status }), limit }) };
  }

  @Get('rollouts/:id')
  async rollout(@Param('id') id: string) {
    return { rollout: accepted(await this.queries.rollout(id)) };
  }

  @Get('rollbacks')
  async rollbacks(@Query() query: unknown) {
    const { status, incidentId, limit } = accepted(readQuery(rollbackQuery, query));
    const filter = { ...(status && { statuses: status }), ...(incidentId && { incidentId }), limit };
    return { rollbacks: await this.queries.rollbacks(filter) };
  }
}
