import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  askedAnswer,
  newScheduleOverrideSchema,
  onCallAnswer,
  onCallCheckAnswer,
  onCallLoadedAnswer,
  onCallPlanAnswer,
  type Principal,
  scheduleOverrideAnswer,
  shiftsAnswer,
} from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import { saying } from '../act-metadata.js';
import type { Actions } from '../actions.js';
import { commentQuery, maybeCommented } from '../list-query.js';
import { sentPlan, shiftsQuery } from '../on-call/on-call-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { located } from './located.js';

/** Who is called: the plan, who is on call by it, and who takes whose place. */
@Controller('v1/on-call')
@Needs('view')
export class OnCallController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get()
  @Speaks({ id: 'getOnCall', summary: 'Who is called now, level by level', answer: onCallAnswer })
  onCall() {
    return this.queries.onCall();
  }

  @Get('plan')
  @Speaks({
    id: 'getOnCallPlan',
    summary: 'The plan of who is called',
    answer: onCallPlanAnswer,
    refuses: ['ON_CALL_UNSET'],
  })
  async plan() {
    return accepted(await this.queries.onCallPlan());
  }

  @Get('schedules/:id')
  @Speaks({
    id: 'getShifts',
    summary: 'Who is on call within a time',
    query: shiftsQuery,
    answer: shiftsAnswer,
    refuses: ['ON_CALL_UNSET'],
  })
  async shifts(@Param('id') id: string, @Query() query: unknown) {
    return accepted(await this.queries.shifts(id, accepted(readQuery(shiftsQuery, query))));
  }

  @Post()
  @Speaks({
    id: 'loadOnCallPlan',
    summary: 'Loads a plan of who is called',
    body: sentPlan,
    answer: onCallLoadedAnswer,
    refuses: ['ON_CALL_IN_FILE', 'PLAN_INVALID'],
  })
  @Needs('administer')
  async load(@Body() body: unknown, @Caller() caller: Principal) {
    const { comment, ...sent } = accepted(readBody(sentPlan, body));
    return accepted(await this.actions.loadOnCall(sent, saying(caller, comment)));
  }

  /** What is wrong with a plan; nothing is loaded. It is as much work as loading one, which not everybody may ask for. */
  @Post('check')
  @Speaks({
    id: 'checkOnCallPlan',
    summary: 'What is wrong with a plan; nothing is loaded',
    body: sentPlan,
    answer: onCallCheckAnswer,
    refuses: ['PLAN_INVALID'],
    repeats: 'reads',
  })
  @HttpCode(200)
  @Needs('operate')
  async check(@Body() body: unknown) {
    return accepted(await this.actions.checkOnCall(accepted(readBody(sentPlan, body)).plan));
  }

  /** Every dispatcher reads its file; the outcome is what `GET /v1/on-call` says a moment later. */
  @Post('reload')
  @Speaks({
    id: 'reloadOnCallPlan',
    summary: 'Asks every dispatcher to read its file of who is called',
    body: maybeCommented,
    answer: askedAnswer,
    located: true,
  })
  @HttpCode(202)
  @Needs('administer')
  async reload(@Body() body: unknown, @Caller() caller: Principal, @Res({ passthrough: true }) reply: FastifyReply) {
    const { comment } = accepted(readBody(maybeCommented, body ?? undefined));
    accepted(await this.actions.reloadOnCall(saying(caller, comment)));
    // Not before: what is refused is nowhere.
    located(reply, 'on-call');
    return { asked: true };
  }

  @Post('overrides')
  @Speaks({
    id: 'overrideSchedule',
    summary: 'Puts somebody on call in place of who the schedule says',
    body: newScheduleOverrideSchema,
    answer: scheduleOverrideAnswer,
    refuses: ['ON_CALL_UNSET', 'SCHEDULE_OVERRIDES_TOO_MANY'],
  })
  @Needs('operate')
  async override(@Body() body: unknown, @Caller() caller: Principal) {
    const wanted = accepted(readBody(newScheduleOverrideSchema, body));
    return accepted(await this.actions.overrideSchedule(wanted, caller));
  }

  @Delete('overrides/:id')
  @Speaks({
    id: 'withdrawScheduleOverride',
    summary: 'Takes an override of a schedule back',
    query: commentQuery,
    answer: scheduleOverrideAnswer,
  })
  @Needs('operate')
  async withdraw(@Param('id') id: string, @Query() query: unknown, @Caller() caller: Principal) {
    const { comment } = accepted(readQuery(commentQuery, query));
    return accepted(await this.actions.withdrawScheduleOverride(id, saying(caller, comment)));
  }
}
