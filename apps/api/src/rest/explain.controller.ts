import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { explanationAnswer, whyNotAnswer } from '#contracts';
import { accepted, Needs, readQuery, Speaks } from '#runtime';
import { explainedQuery, whyNotQuery } from '../explain/explain-query.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';

/** Why something was decided, and why something was not. */
@Controller('v1')
@Needs('view')
export class ExplainController {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Get('explain/:kind/:id')
  @Speaks({
    id: 'explain',
    summary: 'Why something was decided',
    answer: explanationAnswer,
    refuses: ['QUERY_INVALID'],
  })
  async explain(@Param() path: unknown) {
    const { kind, id } = accepted(readQuery(explainedQuery, path));
    return accepted(await this.queries.explain(kind, id));
  }

  @Get('why-not/:rule')
  @Speaks({ id: 'whyNot', summary: 'Why a rule did not fire for a subject', query: whyNotQuery, answer: whyNotAnswer })
  async whyNot(@Param('rule') rule: string, @Query() query: unknown) {
    const { subject, at } = accepted(readQuery(whyNotQuery, query));
    return accepted(await this.queries.whyNot({ rule, subject, at }));
  }
}
