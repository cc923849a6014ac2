import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { affectedSinceAnswer, impactAnswer, incidentCostShape } from '#contracts';
import { accepted, Needs, readQuery, Speaks } from '#runtime';
import { sinceQuery } from '../affected-since.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';

/** Whom it hurts, where, and what it costs. */
@Controller('v1')
@Needs('view')
export class ImpactController {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Get('impact')
  @Speaks({ id: 'getImpact', summary: 'Whom it hurts now, and where', answer: impactAnswer })
  impact() {
    return this.queries.impact();
  }

  @Get('impact/customers')
  @Speaks({
    id: 'listAffectedCustomers',
    summary: 'Whom it hurt within a time, critical customers first',
    query: sinceQuery,
    answer: affectedSinceAnswer,
  })
  async customers(@Query() query: unknown) {
    return accepted(await this.queries.affectedSince(accepted(readQuery(sinceQuery, query))));
  }

  @Get('incidents/:id/cost')
  @Speaks({ id: 'getIncidentCost', summary: 'What an incident costs', answer: incidentCostShape })
  async cost(@Param('id') id: string) {
    return accepted(await this.queries.incidentCost(id));
  }
}
