import { Controller, Get, Inject, Query } from '@nestjs/common';
import { fallbackShape, listOf } from '#contracts';
import { accepted, Needs, readQuery, Speaks } from '#runtime';
import { fallbackQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';

/** Customers whose names another DNS provider answers for a while. */
@Controller('v1')
@Needs('view')
export class FallbacksController {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

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
}
