import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import {
  newLoadTestSchema,
  newRiskSchema,
  newRolloutSchema,
  preflightOverrideSchema,
  type Principal,
  stageApprovalSchema,
} from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery } from '#runtime';
import type { Actions } from '../actions.js';
import { commented, gateQuery, rolloutQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';

/** Rollouts: declared, asked about, started, approved, halted. */
@Controller('v1/rollouts')
export class RolloutsController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get()
  @Needs('view')
  async rollouts(@Query() query: unknown) {
    const { status, limit } = accepted(readQuery(rolloutQuery, query));
    return { rollouts: await this.queries.rollouts({ ...(status && { statuses: status }), limit }) };
  }

  @Post()
  @Needs('roll_out')
  async declare(@Body() body: unknown, @Caller() caller: Principal) {
    const wanted = accepted(readBody(newRolloutSchema, body));
    return { rollout: accepted(await this.actions.declareRollout(wanted, caller)) };
  }

  @Get(':id')
  @Needs('view')
  async rollout(@Param('id') id: string) {
    return { rollout: accepted(await this.queries.rollout(id)) };
  }

  /** What a deploy tool polls: may the next stage begin, or the one that it names. */
  @Get(':id/gate')
  @Needs('ask_gate')
  async gate(@Param('id') id: string, @Query() query: unknown) {
    const { stage } = accepted(readQuery(gateQuery, query));
    return accepted(await this.queries.gate(id, stage));
  }

  @Post(':id/start')
  @HttpCode(200)
  @Needs('roll_out')
  async start(@Param('id') id: string, @Caller() caller: Principal) {
    return { rollout: accepted(await this.actions.startRollout(id, caller)) };
  }

  @Post(':id/halt')
  @HttpCode(200)
  @Needs('roll_out')
  async halt(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { comment } = accepted(readBody(commented, body));
    return { rollout: accepted(await this.actions.haltRollout(id, comment, caller)) };
  }

  @Post(':id/approvals')
  @HttpCode(200)
  @Needs('operate')
  async approve(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const approval = accepted(readBody(stageApprovalSchema, body));
    return { rollout: accepted(await this.actions.approveStage(id, approval, caller)) };
  }

  @Post(':id/risk')
  @HttpCode(200)
  @Needs('roll_out')
  async assessRisk(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const risk = accepted(readBody(newRiskSchema, body));
    return { rollout: accepted(await this.actions.assessRisk(id, risk, caller)) };
  }

  @Post(':id/load-tests')
  @HttpCode(200)
  @Needs('roll_out')
  async tellLoadTest(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const test = accepted(readBody(newLoadTestSchema, body));
    return { rollout: accepted(await this.actions.tellLoadTest(id, test, caller)) };
  }

  @Post(':id/overrides')
  @HttpCode(200)
  @Needs('operate')
  async overridePreflight(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const override = accepted(readBody(preflightOverrideSchema, body));
    return { rollout: accepted(await this.actions.overridePreflight(id, override, caller)) };
  }
}
