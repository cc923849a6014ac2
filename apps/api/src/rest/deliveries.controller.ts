import { Controller, Get, Inject, Query } from '@nestjs/common';
import { accepted, Needs, readQuery } from '#runtime';
import { deliveryQuery, plainListQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';

/** What went out, and what came in and could not be read. */
@Controller('v1')
@Needs('view')
export class DeliveriesController {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Get('deliveries')
  async deliveries(@Query() query: unknown) {
    const { status, dedupKey, limit } = accepted(readQuery(deliveryQuery, query));
    const filter = { ...(status && { statuses: status }), ...(dedupKey && { dedupKey }), limit };
    return { deliveries: await this.queries.deliveries(filter) };
  }

  @Get('dead-letters')
  deadLetters(@Query() query: unknown) {
    return this.queries.deadLetters(accepted(readQuery(plainListQuery, query)).limit);
  }
}
