import { Inject } from '@nestjs/common';
import { Context, Query, Resolver } from '@nestjs/graphql';
import { accepted, Needs, readQuery } from '#runtime';
import type { AlertRow, IncidentRow } from '#store';
import { alertQuery, incidentQuery } from '../list-query.js';
import type { Loaders } from '../loaders/loaders.js';
import type { Queries } from '../queries.js';
import { LOADERS, QUERIES } from '../tokens.js';
import { connectionOf, given, listArgs, type PageArgs } from './schema/connection.js';
import { Arg, Asked, many, maybe, one, rawId } from './schema/define.js';
import { found } from './schema/nested.js';
import { AlertConnection, AlertType, IncidentConnection, IncidentType } from './types/incident.types.js';
import * as words from './types/words.js';

const AlertsArgs = listArgs('AlertsArgs', {
  state: maybe(many(one(() => words.AlertState, 'In one of these states; any unless told.'))),
});
const IncidentsArgs = listArgs('IncidentsArgs', {
  status: maybe(many(one(() => words.IncidentStatus, 'In one of these states; any unless told.'))),
});
const ALERT_ID = Arg('alertId', rawId('As REST and events have it.'));
const INCIDENT_ID = Arg('incidentId', rawId('As REST and events have it.'));

/** Alerts and incidents. */
@Resolver()
@Needs('view')
export class IncidentsResolver {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(LOADERS) private readonly loaders: Loaders,
  ) {}

  @Query(() => AlertConnection, { description: 'Alerts, newest first.' })
  async alerts(@Asked(AlertsArgs) args: PageArgs) {
    const { state, ...page } = accepted(readQuery(alertQuery, given({ ...args })));
    return connectionOf(await this.queries.alerts({ ...(state && { states: state }), ...page }), args);
  }

  @Query(() => AlertType, { nullable: true, description: 'One alert.' })
  async alert(@ALERT_ID alertId: string, @Context() context: object): Promise<AlertRow> {
    return found(await this.loaders.of(context).alert(alertId), `alert ${alertId}`);
  }

  @Query(() => IncidentConnection, { description: 'Incidents, newest first.' })
  async incidents(@Asked(IncidentsArgs) args: PageArgs) {
    const { status, ...page } = accepted(readQuery(incidentQuery, given({ ...args })));
    return connectionOf(await this.queries.incidents({ ...(status && { statuses: status }), ...page }), args);
  }

  @Query(() => IncidentType, { nullable: true, description: 'One incident.' })
  async incident(@INCIDENT_ID incidentId: string, @Context() context: object): Promise<IncidentRow> {
    return found(await this.loaders.of(context).incident(incidentId), `incident ${incidentId}`);
  }
}
