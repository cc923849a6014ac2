import { Inject } from '@nestjs/common';
import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import {
  liftingSchema,
  newAttestationSchema,
  newModeSchema,
  newOverrideSchema,
  newRehearsalSchema,
  newVoteSchema,
  type Principal,
  rateResetSchema,
  switchingSchema,
} from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery } from '#runtime';
import type { Actions } from '../actions.js';
import { commented, fallbackQuery, overrideQuery, plainListQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { AttestationArgs, LiftingArgs, ModeArgs, OverrideArgs, RehearsalArgs, VoteArgs } from './authority.args.js';
import { AutomationType, BreakerType, FallbackType, KnownReleaseType, OverrideType } from './authority.types.js';
import { given, ListArgs, RollbackArgs } from './list.args.js';
import { RedirectType } from './redirect.types.js';

/** What people allow, vouch for and vote on; and what Tocsin holds back or does for customers. */
@Resolver()
@Needs('view')
export class AuthorityResolver {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Query(() => [KnownReleaseType])
  releases(@Args('limit', { type: () => Int, nullable: true }) limit?: number | null) {
    return this.queries.releases(accepted(readQuery(plainListQuery, given({ limit }))));
  }

  @Query(() => AutomationType)
  automation() {
    return this.queries.automation();
  }

  @Query(() => [OverrideType])
  overrides(@Args() args: ListArgs) {
    const { status, limit } = accepted(readQuery(overrideQuery, given(args)));
    return this.queries.overrides({ ...(status && { statuses: status }), limit });
  }

  @Query(() => [BreakerType])
  breakers(@Args('limit', { type: () => Int, nullable: true }) limit?: number | null) {
    return this.queries.breakers(accepted(readQuery(plainListQuery, given({ limit }))));
  }

  @Query(() => [FallbackType])
  fallbacks(@Args() args: RollbackArgs) {
    const { status, incidentId, limit } = accepted(readQuery(fallbackQuery, given(args)));
    return this.queries.fallbacks({ ...(status && { statuses: status }), ...(incidentId && { incidentId }), limit });
  }

  @Mutation(() => AutomationType)
  @Needs('administer')
  async switchAutomation(@Caller() caller: Principal, @Args('isOn') isOn: boolean, @Args('comment') comment: string) {
    const switching = accepted(readBody(switchingSchema, { isOn, comment }));
    return accepted(await this.actions.switchAutomation(switching, caller));
  }

  @Mutation(() => AutomationType)
  @Needs('administer')
  async setAutomationMode(@Caller() caller: Principal, @Args() args: ModeArgs) {
    return accepted(await this.actions.setMode(accepted(readBody(newModeSchema, given(args))), caller));
  }

  @Mutation(() => AutomationType)
  @Needs('operate')
  async resetRate(@Caller() caller: Principal, @Args('service') service: string, @Args('comment') comment: string) {
    const reset = accepted(readBody(rateResetSchema, { service, comment }));
    return accepted(await this.actions.resetRate(reset, caller));
  }

  @Mutation(() => KnownReleaseType)
  @Needs('operate')
  async attestRelease(@Caller() caller: Principal, @Args() args: AttestationArgs) {
    return accepted(await this.actions.attestRelease(accepted(readBody(newAttestationSchema, given(args))), caller));
  }

  @Mutation(() => KnownReleaseType)
  @Needs('roll_out')
  async rehearseRollback(@Caller() caller: Principal, @Args() args: RehearsalArgs) {
    return accepted(await this.actions.rehearseRollback(accepted(readBody(newRehearsalSchema, given(args))), caller));
  }

  @Mutation(() => RedirectType)
  @Needs('operate')
  async endRedirect(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('comment') comment: string,
  ) {
    const said = accepted(readBody(commented, { comment }));
    return accepted(await this.actions.endRedirect(id, said.comment, caller));
  }

  @Mutation(() => KnownReleaseType)
  @Needs('lift')
  async liftQuarantine(@Caller() caller: Principal, @Args() args: LiftingArgs) {
    return accepted(await this.actions.liftQuarantine(accepted(readBody(liftingSchema, given(args))), caller));
  }

  @Mutation(() => OverrideType)
  @Needs('operate')
  async requestOverride(@Caller() caller: Principal, @Args() args: OverrideArgs) {
    return accepted(await this.actions.requestOverride(accepted(readBody(newOverrideSchema, given(args))), caller));
  }

  @Mutation(() => OverrideType)
  @Needs('approve')
  async voteOnOverride(@Caller() caller: Principal, @Args() { id, ...vote }: VoteArgs) {
    return accepted(await this.actions.voteOnOverride(id, accepted(readBody(newVoteSchema, vote)), caller));
  }
}
