import { Inject } from '@nestjs/common';
import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { Principal, RecordedEvent } from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery } from '#runtime';
import type { Actions } from '../actions.js';
import {
  acknowledgement,
  alertQuery,
  handOver,
  incidentNote,
  incidentQuery,
  plainListQuery,
  snooze,
} from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { AffectedCustomersType, AlertType, IncidentReportType, IncidentType } from './incident.types.js';
import { AlertArgs, given, ListArgs } from './list.args.js';

const timelineEvent = ({ position, stream, event, metadata, recordedAtMs }: RecordedEvent) => {
  const { actor, cause } = metadata;
  return { position, stream, type: event.type, actor, cause, recordedAtMs, data: event.data };
};

/** Alerts, incidents and what belongs to them. */
@Resolver()
@Needs('view')
export class IncidentsResolver {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Query(() => [AlertType])
  async alerts(@Args() args: AlertArgs) {
    const { state, limit } = accepted(readQuery(alertQuery, given(args)));
    return accepted(await this.queries.alerts({ ...(state && { states: state }), limit })).items;
  }

  @Mutation(() => AlertType)
  @Needs('operate')
  async resolveAlert(@Caller() caller: Principal, @Args('id', { type: () => ID }) id: string) {
    return accepted(await this.actions.resolveAlert(id, caller));
  }

  @Query(() => [IncidentType])
  async incidents(@Args() args: ListArgs) {
    const { status, limit } = accepted(readQuery(incidentQuery, given(args)));
    return accepted(await this.queries.incidents({ ...(status && { statuses: status }), limit })).items;
  }

  @Query(() => IncidentReportType)
  async incident(@Args('id', { type: () => ID }) id: string) {
    const report = accepted(await this.queries.incident(id));
    return { ...report, timeline: report.timeline.map(timelineEvent) };
  }

  @Query(() => AffectedCustomersType)
  async customersAffected(
    @Args('incidentId', { type: () => ID }) incidentId: string,
    @Args('limit', { type: () => Int, nullable: true }) limit?: number | null,
  ) {
    const asked = accepted(readQuery(plainListQuery, given({ limit })));
    return accepted(await this.queries.customersAffected(incidentId, asked.limit));
  }

  @Mutation(() => IncidentType)
  @Needs('operate')
  async acknowledgeIncident(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('note', { type: () => String, nullable: true }) note?: string | null,
  ) {
    const said = accepted(readBody(acknowledgement, given({ note })));
    return accepted(await this.actions.acknowledge(id, said.note, caller));
  }

  @Mutation(() => IncidentType)
  @Needs('operate')
  async handOverIncident(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('to') to: string,
    @Args('note', { type: () => String, nullable: true }) note?: string | null,
  ) {
    const said = accepted(readBody(handOver, given({ to, note })));
    return accepted(await this.actions.handOver(id, said, caller));
  }

  @Mutation(() => IncidentType)
  @Needs('operate')
  async snoozeIncident(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('durationMs', { type: () => Int }) durationMs: number,
    @Args('comment') comment: string,
  ) {
    const said = accepted(readBody(snooze, { durationMs, comment }));
    return accepted(await this.actions.snooze(id, said.durationMs, said.comment, caller));
  }

  @Mutation(() => IncidentType)
  @Needs('operate')
  async noteIncident(
    @Caller() caller: Principal,
    @Args('id', { type: () => ID }) id: string,
    @Args('text') text: string,
  ) {
    const said = accepted(readBody(incidentNote, { text }));
    return accepted(await this.actions.note(id, said.text, caller));
  }
}
