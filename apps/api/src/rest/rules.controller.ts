import { Body, Controller, Get, HttpCode, Inject, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { askedAnswer, listOf, type Principal, refuse, rulesAnswer, ruleSetVersionShape } from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import { saying } from '../act-metadata.js';
import type { Actions } from '../actions.js';
import { maybeCommented, plainListQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';
import { located } from './located.js';

/** The rules in force, those before, and the wish to read their files again. */
@Controller('v1/rules')
export class RulesController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get()
  @Speaks({ id: 'getRules', summary: 'The rules in force', answer: rulesAnswer })
  @Needs('view')
  async rules() {
    return accepted((await this.queries.rules()) ?? refuse('NOT_FOUND', 'no set of rules was loaded yet'));
  }

  @Get('history')
  @Speaks({
    id: 'listRuleSets',
    summary: 'The sets of rules that were in force, newest first',
    query: plainListQuery,
    answer: listOf('versions', ruleSetVersionShape),
  })
  @Needs('view')
  async history(@Query() query: unknown) {
    const ask = accepted(readQuery(plainListQuery, query));
    return listAnswer('versions', accepted(await this.queries.ruleHistory(ask)));
  }

  /** Whoever decides reads its files; the outcome is what `GET /v1/rules` says a moment later. */
  @Post('reload')
  @Speaks({
    id: 'reloadRules',
    summary: 'Asks whoever decides to read its files; the rules say what became of it',
    body: maybeCommented,
    answer: askedAnswer,
    located: true,
  })
  @HttpCode(202)
  @Needs('administer')
  async reload(@Body() body: unknown, @Caller() caller: Principal, @Res({ passthrough: true }) reply: FastifyReply) {
    const { comment } = accepted(readBody(maybeCommented, body ?? undefined));
    accepted(await this.actions.reloadRules(saying(caller, comment)));
    // Not before: what is refused is nowhere.
    located(reply, 'rules');
    return { asked: true };
  }
}
