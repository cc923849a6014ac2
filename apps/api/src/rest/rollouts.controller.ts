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
  stageGateShape,
  startPreviewShape,
  haltPreviewShape,
  stageApprovalSchema,
  streamOf,
} from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import { saying } from '../act-metadata.js';
import type { Actions } from '../actions.js';
import { commented, gateQuery, maybeCommented, plainListQuery, rolloutQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import type { RolloutRow } from '#store';
import { listAnswer } from './list-answer.js';
import { located } from './located.js';
import { Versioned } from './versioned.js';

/**
 * Says where it is seen what becomes of an act on a rollout that Tocsin brings: its command, once a tick has made one, and until then the
 * rollout, which names it. Where a deploy tool brings it no command is made, and there is nothing more to be seen.
 */
const followed = (reply: FastifyReply, rollout: RolloutRow, what: 'commanded' | 'halt_commanded'): void => {
  const { rolloutId, mode, steps } = rollout;
  if (mode !== 'driving') return void reply.code(200);
  const step = steps.findLast((each) => each.what === what);
  return step?.commandId === undefined
    ? located(reply, 'rollouts', rolloutId)
    : located(reply, 'commands', step.commandId);
};

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

  /** One for each stage that it reached, the newest first. */
  @Get(':id/gates')
  @Speaks({
    id: 'listGates',
    summary: 'The gates of the stages that a rollout reached, the newest first, with what each rests on',
    query: plainListQuery,
    answer: listOf('gates', stageGateShape),
  })
  @Needs('ask_gate')
  async gates(@Param('id') id: string, @Query() query: unknown) {
    const ask = accepted(readQuery(plainListQuery, query));
    return listAnswer('gates', accepted(await this.queries.gates(id, ask)));
  }

  @Post(':id/start')
  @Speaks({
    id: 'startRollout',
    summary:
      'Asks for the start of a rollout; 202 where Tocsin brings it, by commands of later ticks, 200 where a deploy tool does',
    body: maybeCommented,
    answer: answerOf('rollout', rolloutShape),
    also: { 200: answerOf('rollout', rolloutShape) },
    refuses: ['ROLLOUT_STATE'],
    matches: true,
    located: true,
  })
  @HttpCode(202)
  @Needs('roll_out')
  async start(
    @Param('id') id: string,
    @Body() body: unknown,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { comment } = accepted(readBody(maybeCommented, body ?? undefined));
    const rollout = accepted(await this.actions.startRollout(id, saying(caller, comment)));
    followed(reply, rollout, 'commanded');
    return { rollout };
  }

  /** A dry run: nothing is recorded. */
  @Post(':id/start/preview')
  @Speaks({
    id: 'previewStart',
    summary: 'What the start of a rollout would do; nothing is recorded',
    answer: answerOf('preview', startPreviewShape),
    refuses: ['ROLLOUT_STATE'],
    repeats: 'reads',
  })
  @HttpCode(200)
  @Needs('view')
  async previewStart(@Param('id') id: string) {
    return { preview: accepted(await this.actions.previewStart(id)) };
  }

  /** A dry run: nothing is recorded. */
  @Post(':id/halt/preview')
  @Speaks({
    id: 'previewHalt',
    summary: 'What a halt would do; nothing is recorded',
    answer: answerOf('preview', haltPreviewShape),
    refuses: ['ROLLOUT_STATE'],
    repeats: 'reads',
  })
  @HttpCode(200)
  @Needs('view')
  async previewHalt(@Param('id') id: string) {
    return { preview: accepted(await this.actions.previewHalt(id)) };
  }

  @Post(':id/halt')
  @Speaks({
    id: 'haltRollout',
    summary:
      'Asks that a rollout goes no further; 202 where Tocsin brings it, and nodes on the way are commanded to stop, 200 where a deploy tool does',
    body: commented,
    answer: answerOf('rollout', rolloutShape),
    also: { 200: answerOf('rollout', rolloutShape) },
    refuses: ['ROLLOUT_STATE'],
    matches: true,
    located: true,
  })
  @HttpCode(202)
  @Needs('roll_out')
  async halt(
    @Param('id') id: string,
    @Body() body: unknown,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { comment } = accepted(readBody(commented, body));
    const rollout = accepted(await this.actions.haltRollout(id, comment, caller));
    followed(reply, rollout, 'halt_commanded');
    return { rollout };
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
