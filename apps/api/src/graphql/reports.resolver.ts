import { Inject } from '@nestjs/common';
import { Query, Resolver } from '@nestjs/graphql';
import { accepted, Needs, readQuery } from '#runtime';
import { statusUpdateQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';
import { connectionOf, given, listArgs, type PageArgs } from './schema/connection.js';
import { Arg, Asked, many, maybe, one, rawId } from './schema/define.js';
import { IncidentCostType, PostMortemType, RunbookType, StatusUpdateConnection } from './types/report.types.js';
import * as words from './types/words.js';

const StatusUpdatesArgs = listArgs('StatusUpdatesArgs', {
  status: maybe(many(one(() => words.StatusUpdateStatus, 'In one of these states; any unless told.'))),
  incidentId: maybe(rawId('Of this incident.')),
});
const INCIDENT_ID = Arg('incidentId', rawId('The incident.'));

/** What is told and written of incidents. Each of these reads an incident from its events, so they are asked for one by one. */
@Resolver()
@Needs('view')
export class ReportsResolver {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Query(() => StatusUpdateConnection, { description: 'What the public is told, newest first.' })
  async statusUpdates(@Asked(StatusUpdatesArgs) args: PageArgs & { readonly incidentId?: string | null }) {
    const { incidentId, ...asked } = args;
    const { status, ...ask } = accepted(readQuery(statusUpdateQuery, given({ ...asked })));
    const filter = { statuses: status, ...(incidentId && { incidentId }), ...ask };
    return connectionOf(await this.queries.statusUpdates(filter), args);
  }

  @Query(() => RunbookType, { nullable: true, description: 'What to look at in an incident.' })
  async runbook(@INCIDENT_ID incidentId: string) {
    return accepted(await this.queries.runbook(incidentId));
  }

  @Query(() => PostMortemType, { nullable: true, description: 'What is known of an incident, looked back on.' })
  async postMortem(@INCIDENT_ID incidentId: string) {
    return accepted(await this.queries.postMortem(incidentId));
  }

  @Query(() => IncidentCostType, { nullable: true, description: 'What an incident costs.' })
  async incidentCost(@INCIDENT_ID incidentId: string) {
    return accepted(await this.queries.incidentCost(incidentId));
  }
}
