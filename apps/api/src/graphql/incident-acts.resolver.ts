import { Inject } from '@nestjs/common';
import { Mutation, Resolver } from '@nestjs/graphql';
import type { Principal } from '#contracts';
import { Caller, Needs } from '#runtime';
import type { Actions } from '../actions.js';
import { acknowledgement, commented, handOver, incidentNote, snooze, maybeCommented } from '../list-query.js';
import { runbookResultBody } from '../runbook.js';
import { publicationBody } from '../status-update-acts.js';
import { ACTIONS } from '../tokens.js';
import * as inputs from './inputs.js';
import { AlertPayload, IncidentPayload, RunbookPayload, StatusUpdatePayload } from './payloads.js';
import { Input } from './schema/define.js';
import { mutate, type MutationInput } from './schema/payload.js';

type Of<K extends string, T = string> = MutationInput & Readonly<Record<K, T>>;
type OfUpdate = Of<'incidentId'> & Of<'n', number>;

const ofIncident = { as: 'incident', without: ['incidentId'] };
const ofUpdate = { as: 'statusUpdate', without: ['incidentId', 'n'] };

/** What people do with incidents, and with what is told of them. */
@Resolver()
@Needs('operate')
export class IncidentActsResolver {
  constructor(@Inject(ACTIONS) private readonly actions: Actions) {}

  @Mutation(() => AlertPayload, { description: 'Ends an alert of another system that forgot to.' })
  resolveAlert(@Caller() caller: Principal, @Input(inputs.ResolveAlertInput) input: Of<'alertId'>) {
    return mutate({ input, caller, as: 'alert', without: ['alertId'] }, maybeCommented, (_nothing, by) =>
      this.actions.resolveAlert(input.alertId, by),
    );
  }

  @Mutation(() => IncidentPayload, { description: 'Takes an incident on: nobody else is called.' })
  acknowledgeIncident(@Caller() caller: Principal, @Input(inputs.AcknowledgeIncidentInput) input: Of<'incidentId'>) {
    return mutate({ input, caller, ...ofIncident }, acknowledgement, ({ note }, by) =>
      this.actions.acknowledge(input.incidentId, note, by),
    );
  }

  @Mutation(() => IncidentPayload, { description: 'Gives an incident to somebody else.' })
  handOverIncident(@Caller() caller: Principal, @Input(inputs.HandOverIncidentInput) input: Of<'incidentId'>) {
    return mutate({ input, caller, ...ofIncident }, handOver, (said, by) =>
      this.actions.handOver(input.incidentId, said, by),
    );
  }

  @Mutation(() => IncidentPayload, { description: 'Puts an incident off: nobody is called for a while.' })
  snoozeIncident(
    @Caller() caller: Principal,
    @Input(inputs.SnoozeIncidentInput) { duration, ...input }: Of<'incidentId'> & Of<'duration', number>,
  ) {
    const sent = { ...input, durationMs: duration };
    return mutate({ input: sent, caller, ...ofIncident }, snooze, (said, by) =>
      this.actions.snooze(input.incidentId, said.durationMs, said.comment, by),
    );
  }

  @Mutation(() => IncidentPayload, { description: 'Says something about an incident.' })
  noteIncident(@Caller() caller: Principal, @Input(inputs.NoteIncidentInput) input: Of<'incidentId'>) {
    return mutate({ input, caller, ...ofIncident }, incidentNote, ({ text }, by) =>
      this.actions.note(input.incidentId, text, by),
    );
  }

  @Mutation(() => StatusUpdatePayload, { description: 'Publishes a draft, as it is or edited.' })
  publishStatusUpdate(@Caller() caller: Principal, @Input(inputs.PublishStatusUpdateInput) input: OfUpdate) {
    return mutate({ input, caller, ...ofUpdate }, publicationBody, ({ comment: _why, ...edits }, by) =>
      this.actions.publishStatusUpdate(input, edits, by),
    );
  }

  @Mutation(() => StatusUpdatePayload, { description: 'Discards a draft: this one is not told.' })
  discardStatusUpdate(@Caller() caller: Principal, @Input(inputs.DiscardStatusUpdateInput) input: OfUpdate) {
    return mutate({ input, caller, ...ofUpdate }, commented, ({ comment }, by) =>
      this.actions.discardStatusUpdate(input, comment, by),
    );
  }

  @Mutation(() => RunbookPayload, { description: 'Attaches what a command of the runbook answered.' })
  attachRunbookResult(
    @Caller() caller: Principal,
    @Input(inputs.AttachRunbookResultInput) input: Of<'incidentId'> & Of<'step'>,
  ) {
    const { incidentId, step } = input;
    return mutate({ input, caller, as: 'runbook', without: ['incidentId', 'step'] }, runbookResultBody, (said, by) =>
      this.actions.attachRunbookResult({ incidentId, step, output: said.output }, by),
    );
  }
}
