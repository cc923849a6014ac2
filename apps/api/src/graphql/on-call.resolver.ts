import { Inject } from '@nestjs/common';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { isRefusal, newScheduleOverrideSchema, type Principal } from '#contracts';
import { accepted, Caller, Needs, readQuery } from '#runtime';
import type { Actions } from '../actions.js';
import { sentPlan, shiftsQuery } from '../on-call/on-call-query.js';
import { maybeCommented } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import * as inputs from './inputs.js';
import { OnCallCheckPayload, OnCallPlanPayload, OverriddenSchedulePayload, ReloadPayload } from './payloads.js';
import { argsType, Asked, Input, maybe, moment, text, withoutNulls } from './schema/define.js';
import { mutate, type MutationInput } from './schema/payload.js';
import { OnCallPlanType, OnCallType, ShiftsType } from './types/on-call.types.js';

const ShiftsArgs = argsType('ShiftsArgs', {
  schedule: text('Of which schedule.'),
  from: maybe(moment('Now unless told.')),
  to: maybe(moment('Two weeks later unless told.')),
});

interface OverrideAsked extends MutationInput {
  readonly from?: number | null;
  readonly until: number;
}
type PlanSent = MutationInput & { readonly plan: unknown };

/** Who is called: the plan, who is on call by it, and who takes whose place. */
@Resolver()
@Needs('view')
export class OnCallResolver {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Query(() => OnCallType, { description: 'Who is on call.' })
  onCall() {
    return this.queries.onCall();
  }

  @Query(() => OnCallPlanType, { nullable: true, description: 'The plan in force.' })
  async onCallPlan() {
    return accepted(await this.queries.onCallPlan());
  }

  @Query(() => ShiftsType, { nullable: true, description: 'What a schedule says of a time.' })
  async shifts(@Asked(ShiftsArgs) { schedule, ...span }: { readonly schedule: string }) {
    return accepted(await this.queries.shifts(schedule, accepted(readQuery(shiftsQuery, withoutNulls(span)))));
  }

  @Mutation(() => OnCallPlanPayload, { description: 'Loads a plan of who is called.' })
  @Needs('administer')
  loadOnCall(@Caller() caller: Principal, @Input(inputs.LoadOnCallInput) { plan, ...input }: PlanSent) {
    return mutate({ input: { ...input }, caller }, sentPlan.omit({ plan: true }), (said, by) =>
      this.actions.loadOnCall({ plan, ...said }, by),
    );
  }

  @Mutation(() => OnCallCheckPayload, { description: 'Says what is wrong with a plan, and loads nothing.' })
  @Needs('operate')
  checkOnCall(@Caller() caller: Principal, @Input(inputs.CheckOnCallInput) { plan, ...input }: PlanSent) {
    return mutate({ input: { ...input }, caller }, maybeCommented, () => this.actions.checkOnCall(plan));
  }

  @Mutation(() => ReloadPayload, { description: 'Asks every dispatcher to read its file again.' })
  @Needs('administer')
  reloadOnCall(@Caller() caller: Principal, @Input(inputs.ReloadOnCallInput) input: MutationInput) {
    return mutate({ input: { ...input }, caller, as: 'isAsked' }, maybeCommented, async (_nothing, by) => {
      const done = await this.actions.reloadOnCall(by);
      return isRefusal(done) ? done : true;
    });
  }

  @Mutation(() => OverriddenSchedulePayload, { description: 'Somebody takes the place of whoever a schedule names.' })
  @Needs('operate')
  overrideSchedule(
    @Caller() caller: Principal,
    @Input(inputs.OverrideScheduleInput) { from, until, ...input }: OverrideAsked,
  ) {
    const sent = { ...input, fromMs: from, untilMs: until };
    return mutate({ input: sent, caller, as: 'schedule' }, newScheduleOverrideSchema, (wanted, by) =>
      this.actions.overrideSchedule(wanted, by),
    );
  }

  @Mutation(() => OverriddenSchedulePayload, { description: 'Withdraws an override.' })
  @Needs('operate')
  withdrawScheduleOverride(
    @Caller() caller: Principal,
    @Input(inputs.WithdrawScheduleOverrideInput) input: MutationInput & { readonly scheduleOverrideId: string },
  ) {
    return mutate({ input, caller, as: 'schedule', without: ['scheduleOverrideId'] }, maybeCommented, (_nothing, by) =>
      this.actions.withdrawScheduleOverride(input.scheduleOverrideId, by),
    );
  }
}
