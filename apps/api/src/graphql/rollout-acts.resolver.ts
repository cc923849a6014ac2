import { Inject } from '@nestjs/common';
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
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
import { commented, gateQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { DeclarationArgs, LoadTestArgs, PreflightOverrideArgs, RiskArgs } from './authority.args.js';
import { GateType } from './authority.types.js';
import { given } from './list.args.js';
import { RollbackType, RolloutType } from './rollout.types.js';

/** Rollouts: declared, prepared, asked about, started, approved, halted, rolled back. */
@Resolver()
@Needs('view')
export class RolloutActsResolver {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Query(() => RolloutType)
  async rollout(@Args('id', { type: () => ID }) id: string) {
    return accepted(await this.queries.rollout(id));
  }

  @Query(() => GateType)
  @Needs('ask_gate')
  async gate(
    @Args('rolloutId', { type: () => ID }) rolloutId: string,
    @Args('stage', { type: () => String, nullable: true }) stage?: string | null,
  ) {
    const asked = accepted(readQuery(gateQuery, given({ stage })));
    return accepted(await this.queries.gate(rolloutId, asked.stage));
  }

  @Mutation(() => RolloutType)
  @Needs('roll_out')
  async declareRollout(@Caller() caller: Principal, @Args() args: DeclarationArgs) {
    return accepted(await this.actions.declareRollout(accepted(readBody(newRolloutSchema, given(args))), caller));
  }

  @Mutation(() => RolloutType)
  @Needs('roll_out')
  async startRollout(@Caller() caller: Principal, @Args('id', { type: () => ID }) id: string) {
    return accepted(await this.actions.startRollout(id, caller));
  }

  @Mutation(() => RolloutType)
  @Needs('roll_out')
  async haltRollout(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('comment') comment: string,
  ) {
    const said = accepted(readBody(commented, { comment }));
    return accepted(await this.actions.haltRollout(id, said.comment, caller));
  }

  @Mutation(() => RolloutType)
  @Needs('operate')
  async approveStage(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('stage') stage: string,
    @Args('note', { type: () => String, nullable: true }) note?: string | null,
  ) {
    const approval = accepted(readBody(stageApprovalSchema, given({ stage, note })));
    return accepted(await this.actions.approveStage(id, approval, caller));
  }

  @Mutation(() => RolloutType)
  @Needs('roll_out')
  async assessRisk(@Caller() caller: Principal, @Args() { id, ...risk }: RiskArgs) {
    return accepted(await this.actions.assessRisk(id, accepted(readBody(newRiskSchema, risk)), caller));
  }

  @Mutation(() => RolloutType)
  @Needs('roll_out')
  async tellLoadTest(@Caller() caller: Principal, @Args() { id, ...test }: LoadTestArgs) {
    return accepted(await this.actions.tellLoadTest(id, accepted(readBody(newLoadTestSchema, test)), caller));
  }

  @Mutation(() => RolloutType)
  @Needs('operate')
  async overridePreflight(@Caller() caller: Principal, @Args() { id, ...override }: PreflightOverrideArgs) {
    const wanted = accepted(readBody(preflightOverrideSchema, override));
    return accepted(await this.actions.overridePreflight(id, wanted, caller));
  }

  @Mutation(() => RollbackType)
  @Needs('operate')
  async requestRollback(
    @Caller() caller: Principal,
    @Args('rolloutId', { type: () => ID }) rolloutId: string,
    @Args('comment') comment: string,
  ) {
    const said = accepted(readBody(commented, { comment }));
    return accepted(await this.actions.requestRollback(rolloutId, said.comment, caller));
  }

  @Mutation(() => RollbackType)
  @Needs('operate')
  async approveRollback(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('comment') comment: string,
  ) {
    const said = accepted(readBody(commented, { comment }));
    return accepted(await this.actions.approveRollback(id, said.comment, caller));
  }
}
