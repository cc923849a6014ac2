import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { accepted, Needs, readQuery } from '#runtime';
import { sinceQuery } from '../affected-since.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';

/** Whom it hurts, where, and what it costs. */
@Controller('v1')
@Needs('view')
export class ImpactController {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Get('impact')
  impact() {
    return this.queries.impact();
  }

  @Get('impact/customers')
  async customers(@Query() query: unknown) {
    return accepted(await this.queries.affectedSince(accepted(readQuery(sinceQuery, query))));
  }

  @Get('incidents/:id/cost')
  async cost(@Param('id') id: string) {
    return accepted(await this.queries.incidentCost(id));
  }
}
