import { Inject } from '@nestjs/common';
import { Args, ID, Int, Mutation, Query, Resolver } from '@nestjs/graphql';
import type { Principal } from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery } from '#runtime';
import type { Actions } from '../actions.js';
import { commented, statusUpdateQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { runbookResultBody } from '../runbook.js';
import { publicationBody } from '../status-update-acts.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { given, ListArgs } from './list.args.js';
import { PublicationArgs, StatusUpdateType } from './report.types.js';
import { JsonScalar } from './scalars.js';

/** What is told and written of incidents. */
@Resolver()
@Needs('view')
export class ReportsResolver {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Query(() => [StatusUpdateType])
  statusUpdates(@Args() args: ListArgs, @Args('incidentId', { type: () => ID, nullable: true }) id?: string | null) {
    const { status, limit } = accepted(readQuery(statusUpdateQuery, given(args)));
    const ofIncident = id === undefined || id === null ? {} : { incidentId: id };
    return this.queries.statusUpdates({ ...(status && { statuses: status }), ...ofIncident, limit });
  }

  @Query(() => JsonScalar)
  async runbook(@Args('incidentId', { type: () => ID }) id: string) {
    return accepted(await this.queries.runbook(id));
  }

  @Query(() => JsonScalar)
  async postMortem(@Args('incidentId', { type: () => ID }) id: string) {
    return accepted(await this.queries.postMortem(id));
  }

  @Mutation(() => StatusUpdateType)
  @Needs('operate')
  async publishStatusUpdate(@Caller() caller: Principal, @Args() { incidentId, n, text, workaround }: PublicationArgs) {
    const edits = accepted(readBody(publicationBody, given({ text, workaround })));
    return accepted(await this.actions.publishStatusUpdate({ incidentId, n }, edits, caller));
  }

  @Mutation(() => StatusUpdateType)
  @Needs('operate')
  async discardStatusUpdate(
    @Caller() caller: Principal,
    @Args('incidentId', { type: () => ID }) incidentId: string,
    @Args('n', { type: () => Int }) n: number,
    @Args('comment') said: string,
  ) {
    const { comment } = accepted(readBody(commented, { comment: said }));
    return accepted(await this.actions.discardStatusUpdate({ incidentId, n }, comment, caller));
  }

  @Mutation(() => JsonScalar)
  @Needs('operate')
  async attachRunbookResult(
    @Caller() caller: Principal,
    @Args('incidentId', { type: () => ID }) incidentId: string,
    @Args('step') step: string,
    @Args('output') said: string,
  ) {
    const { output } = accepted(readBody(runbookResultBody, { output: said }));
    return accepted(await this.actions.attachRunbookResult({ incidentId, step, output }, caller));
  }
}
