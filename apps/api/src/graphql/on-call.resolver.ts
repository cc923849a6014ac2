import { Inject } from '@nestjs/common';
import { Args, ID, Mutation, Query, Resolver } from '@nestjs/graphql';
import { newScheduleOverrideSchema, type Principal } from '#contracts';
import { accepted, Caller, Needs, readBody } from '#runtime';
import type { Actions } from '../actions.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { given } from './list.args.js';
import { OnCallType, OverriddenScheduleType, ScheduleOverrideArgs } from './on-call.types.js';

/** Who is on call, and who takes whose place. */
@Resolver()
@Needs('view')
export class OnCallResolver {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Query(() => OnCallType)
  async onCall() {
    const { plan, ...answer } = await this.queries.onCall();
    return { ...answer, version: plan?.version ?? null, source: plan?.source ?? null };
  }

  @Mutation(() => OverriddenScheduleType)
  @Needs('operate')
  async overrideSchedule(@Caller() caller: Principal, @Args() args: ScheduleOverrideArgs) {
    const wanted = accepted(readBody(newScheduleOverrideSchema, given(args)));
    return accepted(await this.actions.overrideSchedule(wanted, caller));
  }

  @Mutation(() => OverriddenScheduleType)
  @Needs('operate')
  async withdrawScheduleOverride(@Caller() caller: Principal, @Args('id', { type: () => ID }) id: string) {
    return accepted(await this.actions.withdrawScheduleOverride(id, caller));
  }
}
