import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { newOverrideSchema, newVoteSchema, type Principal } from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery } from '#runtime';
import type { Actions } from '../actions.js';
import { commented, overrideQuery, rollbackQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';

/** Rollbacks, and what three people open for them. */
@Controller('v1')
@Needs('view')
export class RollbacksController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get('rollbacks')
  async rollbacks(@Query() query: unknown) {
    const { status, incidentId, limit } = accepted(readQuery(rollbackQuery, query));
    const filter = { ...(status && { statuses: status }), ...(incidentId && { incidentId }), limit };
    return { rollbacks: await this.queries.rollbacks(filter) };
  }

  /** The next tick decides; the answer says that it was asked for. */
  @Post('rollouts/:id/rollback')
  @HttpCode(202)
  @Needs('operate')
  async request(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { comment } = accepted(readBody(commented, body));
    return { rollback: accepted(await this.actions.requestRollback(id, comment, caller)) };
  }

  /** A dry run: nothing is recorded. */
  @Post('rollouts/:id/rollback/preview')
  @HttpCode(200)
  async preview(@Param('id') id: string) {
    return { preview: accepted(await this.actions.previewRollback(id)) };
  }

  @Post('rollbacks/:id/approve')
  @HttpCode(202)
  @Needs('operate')
  async approve(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { comment } = accepted(readBody(commented, body));
    return { rollback: accepted(await this.actions.approveRollback(id, comment, caller)) };
  }

  @Get('overrides')
  async overrides(@Query() query: unknown) {
    const { status, rollbackId, limit } = accepted(readQuery(overrideQuery, query));
    const filter = { ...(status && { statuses: status }), ...(rollbackId && { rollbackId }), limit };
    return { overrides: await this.queries.overrides(filter) };
  }

  @Post('overrides')
  @Needs('operate')
  async askFor(@Body() body: unknown, @Caller() caller: Principal) {
    const wanted = accepted(readBody(newOverrideSchema, body));
    return { override: accepted(await this.actions.requestOverride(wanted, caller)) };
  }

  @Post('overrides/:id/votes')
  @HttpCode(200)
  @Needs('approve')
  async vote(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const wanted = accepted(readBody(newVoteSchema, body));
    return { override: accepted(await this.actions.voteOnOverride(id, wanted, caller)) };
  }
}
