import { Controller, Get, Inject, Query } from '@nestjs/common';
import { accepted, Needs, readQuery } from '#runtime';
import { rollbackQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';

/** Rollbacks, and what three people open for them. */
@Controller('v1')
@Needs('view')
export class RollbacksController {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Get('rollbacks')
  async rollbacks(@Query() query: unknown) {
    const { status, incidentId, limit } = accepted(readQuery(rollbackQuery, query));
    const filter = { ...(status && { statuses: status }), ...(incidentId && { incidentId }), limit };
    return { rollbacks: await this.queries.rollbacks(filter) };
  }
}
