import { Inject } from '@nestjs/common';
import { Mutation, Resolver } from '@nestjs/graphql';
import {
  liftingSchema,
  newAttestationSchema,
  newModeSchema,
  newRehearsalSchema,
  type Principal,
  rateResetSchema,
  switchingSchema,
} from '#contracts';
import { Caller, Needs } from '#runtime';
import type { Actions } from '../actions.js';
import { ACTIONS } from '../tokens.js';
import * as inputs from './inputs.js';
import { AutomationPayload, KnownReleasePayload } from './payloads.js';
import { Input } from './schema/define.js';
import { mutate, type MutationInput } from './schema/payload.js';

/** What people allow, and what they vouch for. */
@Resolver()
@Needs('operate')
export class AutomationActsResolver {
  constructor(@Inject(ACTIONS) private readonly actions: Actions) {}

  @Mutation(() => AutomationPayload, { description: 'The kill switch: off, and nothing is commanded, whoever asks.' })
  @Needs('administer')
  switchAutomation(@Caller() caller: Principal, @Input(inputs.SwitchAutomationInput) input: MutationInput) {
    return mutate({ input: { ...input }, caller, as: 'automation' }, switchingSchema, (switching, by) =>
      this.actions.switchAutomation(switching, by),
    );
  }

  @Mutation(() => AutomationPayload, { description: 'Says how far Tocsin goes with a service.' })
  @Needs('administer')
  setAutomationMode(@Caller() caller: Principal, @Input(inputs.SetAutomationModeInput) input: MutationInput) {
    return mutate({ input: { ...input }, caller, as: 'automation' }, newModeSchema, (mode, by) =>
      this.actions.setMode(mode, by),
    );
  }

  @Mutation(() => AutomationPayload, { description: 'Closes the rate rail again for a service.' })
  resetRate(@Caller() caller: Principal, @Input(inputs.ResetRateInput) input: MutationInput) {
    return mutate({ input: { ...input }, caller, as: 'automation' }, rateResetSchema, (reset, by) =>
      this.actions.resetRate(reset, by),
    );
  }

  @Mutation(() => KnownReleasePayload, { description: 'Vouches for a release.' })
  attestRelease(
    @Caller() caller: Principal,
    @Input(inputs.AttestReleaseInput) { goodSince, ...input }: MutationInput & { readonly goodSince: number },
  ) {
    const sent = { ...input, goodSinceMs: goodSince };
    return mutate({ input: sent, caller, as: 'release' }, newAttestationSchema, (attested, by) =>
      this.actions.attestRelease(attested, by),
    );
  }

  @Mutation(() => KnownReleasePayload, { description: 'Tells how it went to go back to a release.' })
  @Needs('roll_out')
  rehearseRollback(@Caller() caller: Principal, @Input(inputs.RehearseRollbackInput) input: MutationInput) {
    return mutate({ input: { ...input }, caller, as: 'release' }, newRehearsalSchema, (rehearsed, by) =>
      this.actions.rehearseRollback(rehearsed, by),
    );
  }

  @Mutation(() => KnownReleasePayload, { description: 'Lets a release out of quarantine.' })
  @Needs('lift')
  liftQuarantine(@Caller() caller: Principal, @Input(inputs.LiftQuarantineInput) input: MutationInput) {
    return mutate({ input: { ...input }, caller, as: 'release' }, liftingSchema, (lifting, by) =>
      this.actions.liftQuarantine(lifting, by),
    );
  }
}
