import { Body, Controller, Delete, Get, Header, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { newScheduleOverrideSchema, type Principal } from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery } from '#runtime';
import type { Actions } from '../actions.js';
import { sentPlan, shiftsQuery } from '../on-call/on-call-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';

/** Who is called: the plan, who is on call by it, and who takes whose place. */
@Controller('v1/on-call')
@Needs('view')
export class OnCallController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get()
  onCall() {
    return this.queries.onCall();
  }

  @Get('plan')
  async plan() {
    return accepted(await this.queries.onCallPlan());
  }

  @Get('schedules/:id')
  async shifts(@Param('id') id: string, @Query() query: unknown) {
    return accepted(await this.queries.shifts(id, accepted(readQuery(shiftsQuery, query))));
  }

  @Post()
  @Needs('administer')
  async load(@Body() body: unknown, @Caller() caller: Principal) {
    return accepted(await this.actions.loadOnCall(accepted(readBody(sentPlan, body)), caller));
  }

  /** What is wrong with a plan; nothing is loaded. It is as much work as loading one, which not everybody may ask for. */
  @Post('check')
  @HttpCode(200)
  @Needs('operate')
  async check(@Body() body: unknown) {
    return accepted(await this.actions.checkOnCall(accepted(readBody(sentPlan, body)).plan));
  }

  /** Every dispatcher reads its file; the outcome is what `GET /v1/on-call` says a moment later. */
  @Post('reload')
  @HttpCode(202)
  @Header('Location', '/v1/on-call')
  @Needs('administer')
  async reload(@Caller() caller: Principal) {
    accepted(await this.actions.reloadOnCall(caller));
    return { asked: true };
  }

  @Post('overrides')
  @Needs('operate')
  async override(@Body() body: unknown, @Caller() caller: Principal) {
    const wanted = accepted(readBody(newScheduleOverrideSchema, body));
    return accepted(await this.actions.overrideSchedule(wanted, caller));
  }

  @Delete('overrides/:id')
  @Needs('operate')
  async withdraw(@Param('id') id: string, @Caller() caller: Principal) {
    return accepted(await this.actions.withdrawScheduleOverride(id, caller));
  }
}
