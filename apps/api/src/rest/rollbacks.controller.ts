import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  answerOf,
  listOf,
  newOverrideSchema,
  newVoteSchema,
  overrideShape,
  type Principal,
  rollbackPreviewShape,
  rollbackShape,
  streamOf,
} from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import type { Actions } from '../actions.js';
import { commented, overrideQuery, rollbackQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';
import { located } from './located.js';
import { Versioned } from './versioned.js';

/** Rollbacks, and what three people open for them. */
@Controller('v1')
@Needs('view')
export class RollbacksController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get('rollbacks')
  @Speaks({
    id: 'listRollbacks',
    summary: 'Rollbacks, newest first',
    query: rollbackQuery,
    answer: listOf('rollbacks', rollbackShape),
  })
  async rollbacks(@Query() query: unknown) {
    const { status, ...ask } = accepted(readQuery(rollbackQuery, query));
    return listAnswer('rollbacks', accepted(await this.queries.rollbacks({ statuses: status, ...ask })));
  }

  @Get('rollbacks/:id')
  @Speaks({ id: 'getRollback', summary: 'A rollback with its waves', answer: answerOf('rollback', rollbackShape) })
  @Versioned(({ id = '' }) => streamOf.rollback(id))
  async rollback(@Param('id') id: string) {
    return { rollback: accepted(await this.queries.rollback(id)) };
  }

  /** The next tick decides; the answer says that it was asked for. */
  @Post('rollouts/:id/rollback')
  @Speaks({
    id: 'requestRollback',
    summary: 'Asks that a rollout be rolled back; the next tick decides',
    body: commented,
    answer: answerOf('rollback', rollbackShape),
    refuses: ['ROLLBACK_EXISTS', 'ROLLOUT_STATE'],
    located: true,
  })
  @HttpCode(202)
  @Needs('operate')
  async request(
    @Param('id') id: string,
    @Body() body: unknown,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { comment } = accepted(readBody(commented, body));
    const rollback = accepted(await this.actions.requestRollback(id, comment, caller));
    located(reply, 'rollbacks', rollback.rollbackId);
    return { rollback };
  }

  /** A dry run: nothing is recorded. */
  @Post('rollouts/:id/rollback/preview')
  @Speaks({
    id: 'previewRollback',
    summary: 'What a rollback would do; nothing is recorded',
    answer: answerOf('preview', rollbackPreviewShape),
    refuses: ['ROLLBACK_EXISTS', 'ROLLOUT_STATE'],
    repeats: 'reads',
  })
  @HttpCode(200)
  async preview(@Param('id') id: string) {
    return { preview: accepted(await this.actions.previewRollback(id)) };
  }

  @Post('rollbacks/:id/approve')
  @Speaks({
    id: 'approveRollback',
    summary: 'Says yes to a rollback that was proposed',
    body: commented,
    answer: answerOf('rollback', rollbackShape),
    refuses: ['ROLLBACK_EXISTS', 'ROLLBACK_NOT_PROPOSED'],
    matches: true,
    located: true,
  })
  @HttpCode(202)
  @Needs('approve_stage')
  async approve(
    @Param('id') id: string,
    @Body() body: unknown,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { comment } = accepted(readBody(commented, body));
    const rollback = accepted(await this.actions.approveRollback(id, comment, caller));
    located(reply, 'rollbacks', id);
    return { rollback };
  }

  @Get('overrides')
  @Speaks({
    id: 'listOverrides',
    summary: 'Overrides of rails, newest first',
    query: overrideQuery,
    answer: listOf('overrides', overrideShape),
  })
  async overrides(@Query() query: unknown) {
    const { status, ...ask } = accepted(readQuery(overrideQuery, query));
    return listAnswer('overrides', accepted(await this.queries.overrides({ statuses: status, ...ask })));
  }

  @Get('overrides/:id')
  @Speaks({
    id: 'getOverride',
    summary: 'An override of rails with its votes',
    answer: answerOf('override', overrideShape),
  })
  @Versioned(({ id = '' }) => streamOf.override(id))
  async override(@Param('id') id: string) {
    return { override: accepted(await this.queries.override(id)) };
  }

  @Post('overrides')
  @Speaks({
    id: 'requestOverride',
    summary: 'Asks that people open the rails that refused a rollback',
    body: newOverrideSchema,
    answer: answerOf('override', overrideShape),
    refuses: ['CHECKLIST_UNMET', 'OVERRIDE_OPEN', 'RAIL_NOT_OPENABLE', 'ROLLBACK_NOT_REFUSED'],
    located: true,
  })
  @Needs('operate')
  async askFor(@Body() body: unknown, @Caller() caller: Principal, @Res({ passthrough: true }) reply: FastifyReply) {
    const wanted = accepted(readBody(newOverrideSchema, body));
    const override = accepted(await this.actions.requestOverride(wanted, caller));
    located(reply, 'overrides', override.overrideId);
    return { override };
  }

  @Post('overrides/:id/votes')
  @Speaks({
    id: 'voteOnOverride',
    summary: 'Votes on an override, under the role of the key',
    body: newVoteSchema,
    answer: answerOf('override', overrideShape),
    refuses: ['OVERRIDE_ENDED', 'VOTE_TWICE'],
    matches: true,
  })
  @HttpCode(200)
  @Needs('approve')
  async vote(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const wanted = accepted(readBody(newVoteSchema, body));
    return { override: accepted(await this.actions.voteOnOverride(id, wanted, caller)) };
  }
}
