import { Controller, Get, Inject, Query } from '@nestjs/common';
import { breakerShape, listOf } from '#contracts';
import { accepted, Needs, readQuery, Speaks } from '#runtime';
import { plainListQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';

/** What holds updates of a service back while too many of its nodes fail. */
@Controller('v1')
@Needs('view')
export class BreakersController {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

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
}
