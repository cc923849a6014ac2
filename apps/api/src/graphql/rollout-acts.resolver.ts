import { Inject } from '@nestjs/common';
import { Mutation, Resolver } from '@nestjs/graphql';
import {
  newLoadTestSchema,
  newOverrideSchema,
  newRiskSchema,
  newRolloutSchema,
  newVoteSchema,
  preflightOverrideSchema,
  type Principal,
  stageApprovalSchema,
} from '#contracts';
import { Caller, Needs } from '#runtime';
import type { Actions } from '../actions.js';
import { commented, maybeCommented } from '../list-query.js';
import { ACTIONS } from '../tokens.js';
import * as inputs from './inputs.js';
import { OverridePayload, RedirectPayload, RollbackPayload, RolloutPayload } from './payloads.js';
import { Input } from './schema/define.js';
import { mutate, type MutationInput } from './schema/payload.js';

type Of<K extends string, T = string> = MutationInput & Readonly<Record<K, T>>;
type OfRollout = Of<'rolloutId'>;

const ofRollout = { as: 'rollout', without: ['rolloutId'] };

/** Rollouts: declared, prepared, started, approved, halted, rolled back, and what three people open for them. */
@Resolver()
@Needs('roll_out')
export class RolloutActsResolver {
  constructor(@Inject(ACTIONS) private readonly actions: Actions) {}

  @Mutation(() => RolloutPayload, { description: 'Wants a release on the fleet.' })
  declareRollout(@Caller() caller: Principal, @Input(inputs.DeclareRolloutInput) input: MutationInput) {
    return mutate({ input: { ...input }, caller, as: 'rollout' }, newRolloutSchema, (wanted, by) =>
      this.actions.declareRollout(wanted, by),
    );
  }

  @Mutation(() => RolloutPayload, { description: 'Starts a rollout, once its pre-flight is complete.' })
  startRollout(@Caller() caller: Principal, @Input(inputs.StartRolloutInput) input: OfRollout) {
    return mutate({ input, caller, ...ofRollout }, maybeCommented, (_nothing, by) =>
      this.actions.startRollout(input.rolloutId, by),
    );
  }

  @Mutation(() => RolloutPayload, { description: 'Asks that a rollout goes no further.' })
  haltRollout(@Caller() caller: Principal, @Input(inputs.HaltRolloutInput) input: OfRollout) {
    return mutate({ input, caller, ...ofRollout }, commented, ({ comment }, by) =>
      this.actions.haltRollout(input.rolloutId, comment, by),
    );
  }

  @Mutation(() => RolloutPayload, { description: 'Says that the stage after one may begin.' })
  @Needs('approve_stage')
  approveStage(@Caller() caller: Principal, @Input(inputs.ApproveStageInput) input: OfRollout) {
    return mutate({ input, caller, ...ofRollout }, stageApprovalSchema, (approval, by) =>
      this.actions.approveStage(input.rolloutId, approval, by),
    );
  }

  @Mutation(() => RolloutPayload, { description: 'Says how much may go wrong.' })
  assessRisk(@Caller() caller: Principal, @Input(inputs.AssessRiskInput) input: OfRollout) {
    return mutate({ input, caller, ...ofRollout }, newRiskSchema, (risk, by) =>
      this.actions.assessRisk(input.rolloutId, risk, by),
    );
  }

  @Mutation(() => RolloutPayload, { description: 'Tells what the load tester found on one node.' })
  tellLoadTest(@Caller() caller: Principal, @Input(inputs.TellLoadTestInput) input: OfRollout) {
    return mutate({ input, caller, ...ofRollout }, newLoadTestSchema, (test, by) =>
      this.actions.tellLoadTest(input.rolloutId, test, by),
    );
  }

  @Mutation(() => RolloutPayload, { description: 'Lets missing items of a pre-flight pass, by name and reason.' })
  @Needs('approve_stage')
  overridePreflight(@Caller() caller: Principal, @Input(inputs.OverridePreflightInput) input: OfRollout) {
    return mutate({ input, caller, ...ofRollout }, preflightOverrideSchema, (wanted, by) =>
      this.actions.overridePreflight(input.rolloutId, wanted, by),
    );
  }

  @Mutation(() => RollbackPayload, { description: 'Wants a rollout rolled back; the next tick decides.' })
  @Needs('operate')
  requestRollback(@Caller() caller: Principal, @Input(inputs.RequestRollbackInput) input: OfRollout) {
    return mutate({ input, caller, as: 'rollback', without: ['rolloutId'] }, commented, ({ comment }, by) =>
      this.actions.requestRollback(input.rolloutId, comment, by),
    );
  }

  @Mutation(() => RollbackPayload, { description: 'Says yes to a rollback that was proposed.' })
  @Needs('approve_stage')
  approveRollback(@Caller() caller: Principal, @Input(inputs.ApproveRollbackInput) input: Of<'rollbackId'>) {
    return mutate({ input, caller, as: 'rollback', without: ['rollbackId'] }, commented, ({ comment }, by) =>
      this.actions.approveRollback(input.rollbackId, comment, by),
    );
  }

  @Mutation(() => OverridePayload, { description: 'Asks again for a rollback that was refused, with the checklist.' })
  @Needs('operate')
  requestOverride(
    @Caller() caller: Principal,
    @Input(inputs.RequestOverrideInput) { resolutionEta, ...input }: Of<'resolutionEta', number>,
  ) {
    const sent = { ...input, resolutionEtaMs: resolutionEta };
    return mutate({ input: sent, caller, as: 'override' }, newOverrideSchema, (wanted, by) =>
      this.actions.requestOverride(wanted, by),
    );
  }

  @Mutation(() => OverridePayload, { description: 'Votes on an override, under one role of the caller.' })
  @Needs('approve')
  voteOnOverride(@Caller() caller: Principal, @Input(inputs.VoteOnOverrideInput) input: Of<'overrideId'>) {
    return mutate({ input, caller, as: 'override', without: ['overrideId'] }, newVoteSchema, (vote, by) =>
      this.actions.voteOnOverride(input.overrideId, vote, by),
    );
  }

  @Mutation(() => RedirectPayload, { description: 'Ends a redirect that stopped.' })
  @Needs('operate')
  endRedirect(@Caller() caller: Principal, @Input(inputs.EndRedirectInput) input: Of<'redirectId'>) {
    return mutate({ input, caller, as: 'redirect', without: ['redirectId'] }, commented, ({ comment }, by) =>
      this.actions.endRedirect(input.redirectId, comment, by),
    );
  }
}
