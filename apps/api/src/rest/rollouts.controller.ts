import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  answerOf,
  gateAnswer,
  listOf,
  newLoadTestSchema,
  newRiskSchema,
  newRolloutSchema,
  preflightOverrideSchema,
  type Principal,
  rolloutShape,
  stageApprovalSchema,
  streamOf,
} from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import { saying } from '../act-metadata.js';
import type { Actions } from '../actions.js';
import { commented, gateQuery, maybeCommented, rolloutQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';
import { located } from './located.js';
import { Versioned } from './versioned.js';

/** Rollouts: declared, asked about, started, approved, halted. */
@Controller('v1/rollouts')
export class RolloutsController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get()
  @Speaks({
    id: 'listRollouts',
    summary: 'Rollouts, newest first',
    query: rolloutQuery,
    answer: listOf('rollouts', rolloutShape),
  })
  @Needs('view')
  async rollouts(@Query() query: unknown) {
    const { status, ...ask } = accepted(readQuery(rolloutQuery, query));
    return listAnswer('rollouts', accepted(await this.queries.rollouts({ statuses: status, ...ask })));
  }

  @Post()
  @Speaks({
    id: 'declareRollout',
    summary: 'Declares a rollout; nothing moves yet',
    body: newRolloutSchema,
    answer: answerOf('rollout', rolloutShape),
    refuses: [
      'NODE_UNKNOWN',
      'PLAN_INVALID',
      'RELEASE_QUARANTINED',
      'ROLLOUT_OTHER',
      'ROLLOUT_UNDER_WAY',
      'ROLLOUTS_TOO_MANY',
    ],
    located: true,
  })
  @Needs('roll_out')
  async declare(@Body() body: unknown, @Caller() caller: Principal, @Res({ passthrough: true }) reply: FastifyReply) {
    const wanted = accepted(readBody(newRolloutSchema, body));
    const rollout = accepted(await this.actions.declareRollout(wanted, caller));
    located(reply, 'rollouts', rollout.rolloutId);
    return { rollout };
  }

  @Get(':id')
  @Speaks({ id: 'getRollout', summary: 'A rollout', answer: answerOf('rollout', rolloutShape) })
  @Versioned(({ id = '' }) => streamOf.rollout(id))
  @Needs('view')
  async rollout(@Param('id') id: string) {
    return { rollout: accepted(await this.queries.rollout(id)) };
  }

  /** What a deploy tool polls: may the next stage begin, or the one that it names. */
  @Get(':id/gate')
  @Speaks({
    id: 'getGate',
    summary: 'Whether the next stage of a rollout may begin, or the one that is named',
    query: gateQuery,
    answer: gateAnswer,
  })
  @Needs('ask_gate')
  async gate(@Param('id') id: string, @Query() query: unknown) {
    const { stage } = accepted(readQuery(gateQuery, query));
    return accepted(await this.queries.gate(id, stage));
  }

  @Post(':id/start')
  @Speaks({
    id: 'startRollout',
    summary: 'Asks for the start of a rollout',
    body: maybeCommented,
    answer: answerOf('rollout', rolloutShape),
    refuses: ['RELEASE_QUARANTINED', 'ROLLOUT_STATE'],
    matches: true,
  })
  @HttpCode(200)
  @Needs('roll_out')
  async start(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { comment } = accepted(readBody(maybeCommented, body ?? undefined));
    return { rollout: accepted(await this.actions.startRollout(id, saying(caller, comment))) };
  }

  @Post(':id/halt')
  @Speaks({
    id: 'haltRollout',
    summary: 'Asks that a rollout goes no further',
    body: commented,
    answer: answerOf('rollout', rolloutShape),
    refuses: ['ROLLOUT_STATE'],
    matches: true,
  })
  @HttpCode(200)
  @Needs('roll_out')
  async halt(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { comment } = accepted(readBody(commented, body));
    return { rollout: accepted(await this.actions.haltRollout(id, comment, caller)) };
  }

  @Post(':id/approvals')
  @Speaks({
    id: 'approveStage',
    summary: 'Lets the next stage of a rollout begin',
    body: stageApprovalSchema,
    answer: answerOf('rollout', rolloutShape),
    refuses: ['ROLLOUT_STATE'],
    matches: true,
  })
  @HttpCode(200)
  @Needs('approve_stage')
  async approve(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const approval = accepted(readBody(stageApprovalSchema, body));
    return { rollout: accepted(await this.actions.approveStage(id, approval, caller)) };
  }

  @Post(':id/risk')
  @Speaks({
    id: 'assessRisk',
    summary: 'Says how risky a rollout is',
    body: newRiskSchema,
    answer: answerOf('rollout', rolloutShape),
    refuses: ['ROLLOUT_STATE'],
    matches: true,
  })
  @HttpCode(200)
  @Needs('roll_out')
  async assessRisk(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const risk = accepted(readBody(newRiskSchema, body));
    return { rollout: accepted(await this.actions.assessRisk(id, risk, caller)) };
  }

  @Post(':id/load-tests')
  @Speaks({
    id: 'tellLoadTest',
    summary: 'Tells what a load test found',
    body: newLoadTestSchema,
    answer: answerOf('rollout', rolloutShape),
    refuses: ['NODE_UNKNOWN', 'ROLLOUT_STATE'],
    matches: true,
  })
  @HttpCode(200)
  @Needs('roll_out')
  async tellLoadTest(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const test = accepted(readBody(newLoadTestSchema, body));
    return { rollout: accepted(await this.actions.tellLoadTest(id, test, caller)) };
  }

  @Post(':id/overrides')
  @Speaks({
    id: 'overridePreflight',
    summary: 'Lets a rollout begin without some of its pre-flight',
    body: preflightOverrideSchema,
    answer: answerOf('rollout', rolloutShape),
    refuses: ['ROLLOUT_STATE'],
    matches: true,
  })
  @HttpCode(200)
  @Needs('approve_stage')
  async overridePreflight(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const override = accepted(readBody(preflightOverrideSchema, body));
    return { rollout: accepted(await this.actions.overridePreflight(id, override, caller)) };
  }
}
