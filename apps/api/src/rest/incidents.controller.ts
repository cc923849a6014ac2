import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  affectedCustomersAnswer,
  alertShape,
  answerOf,
  incidentReportAnswer,
  incidentShape,
  listOf,
  type Principal,
  streamOf,
} from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import { saying } from '../act-metadata.js';
import type { Actions } from '../actions.js';
import {
  acknowledgement,
  alertQuery,
  handOver,
  incidentNote,
  incidentQuery,
  maybeCommented,
  firstQuery,
  snooze,
} from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';
import { located } from './located.js';
import { Position, Versioned } from './versioned.js';

/** Alerts, incidents and what belongs to them. */
@Controller('v1')
@Needs('view')
export class IncidentsController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get('alerts')
  @Speaks({
    id: 'listAlerts',
    summary: 'Alerts, newest first',
    query: alertQuery,
    answer: listOf('alerts', alertShape),
  })
  async alerts(@Query() query: unknown) {
    const { state, ...page } = accepted(readQuery(alertQuery, query));
    return listAnswer('alerts', accepted(await this.queries.alerts({ states: state, ...page })));
  }

  @Get('alerts/:id')
  @Speaks({ id: 'getAlert', summary: 'An alert', answer: answerOf('alert', alertShape) })
  @Versioned(({ id = '' }) => streamOf.alert(id))
  async alert(@Param('id') id: string) {
    return { alert: accepted(await this.queries.alert(id)) };
  }

  @Post('alerts/:id/resolve')
  @Speaks({
    id: 'resolveAlert',
    summary: 'Asks that an alert of another system be resolved',
    body: maybeCommented,
    answer: answerOf('alert', alertShape),
    refuses: ['ALERT_NOT_OPEN', 'ALERT_NOT_EXTERNAL'],
    matches: true,
    located: true,
  })
  @HttpCode(202)
  @Needs('operate')
  async resolveAlert(
    @Param('id') id: string,
    @Body() body: unknown,
    @Caller() caller: Principal,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { comment } = accepted(readBody(maybeCommented, body ?? undefined));
    const alert = accepted(await this.actions.resolveAlert(id, saying(caller, comment)));
    located(reply, 'alerts', id);
    return { alert };
  }

  @Get('incidents')
  @Speaks({
    id: 'listIncidents',
    summary: 'Incidents, newest first',
    query: incidentQuery,
    answer: listOf('incidents', incidentShape),
  })
  async incidents(@Query() query: unknown) {
    const { status, ...page } = accepted(readQuery(incidentQuery, query));
    return listAnswer('incidents', accepted(await this.queries.incidents({ statuses: status, ...page })));
  }

  @Get('incidents/:id')
  @Speaks({
    id: 'getIncident',
    summary: 'An incident with its alerts, timeline, rollbacks, redirects and pages',
    answer: incidentReportAnswer,
  })
  @Versioned(({ id = '' }) => streamOf.incident(id))
  async incident(@Param('id') id: string, @Position() position: number) {
    return accepted(await this.queries.writtenIncident(id, position));
  }

  @Get('incidents/:id/customers')
  @Speaks({
    id: 'listIncidentCustomers',
    summary: 'Whom an incident hurts, critical customers first',
    query: firstQuery,
    answer: affectedCustomersAnswer,
  })
  async customers(@Param('id') id: string, @Query() query: unknown) {
    const { limit } = accepted(readQuery(firstQuery, query));
    return accepted(await this.queries.customersAffected(id, limit));
  }

  @Post('incidents/:id/acknowledge')
  @Speaks({
    id: 'acknowledgeIncident',
    summary: 'Takes an incident on',
    body: acknowledgement,
    answer: answerOf('incident', incidentShape),
    refuses: ['INCIDENT_NOT_OPEN'],
    matches: true,
  })
  @HttpCode(200)
  @Needs('operate')
  async acknowledge(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { note } = accepted(readBody(acknowledgement, body ?? undefined));
    return { incident: accepted(await this.actions.acknowledge(id, note, caller)) };
  }

  @Post('incidents/:id/hand-over')
  @Speaks({
    id: 'handOverIncident',
    summary: 'Gives an incident to somebody else',
    body: handOver,
    answer: answerOf('incident', incidentShape),
    refuses: ['INCIDENT_NOT_OPEN', 'ESCALATION_NONE'],
    matches: true,
  })
  @HttpCode(200)
  @Needs('operate')
  async handOver(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    return { incident: accepted(await this.actions.handOver(id, accepted(readBody(handOver, body)), caller)) };
  }

  @Post('incidents/:id/snooze')
  @Speaks({
    id: 'snoozeIncident',
    summary: 'Calls nobody for a while',
    body: snooze,
    answer: answerOf('incident', incidentShape),
    refuses: ['INCIDENT_NOT_OPEN', 'ESCALATION_NONE'],
    matches: true,
  })
  @HttpCode(200)
  @Needs('operate')
  async snooze(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { durationMs, comment } = accepted(readBody(snooze, body));
    return { incident: accepted(await this.actions.snooze(id, durationMs, comment, caller)) };
  }

  @Post('incidents/:id/notes')
  @Speaks({
    id: 'noteIncident',
    summary: 'Says something about an incident',
    body: incidentNote,
    answer: answerOf('incident', incidentShape),
    refuses: ['INCIDENT_NOT_OPEN', 'NOTES_TOO_MANY'],
    matches: true,
  })
  @Needs('operate')
  async note(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { text } = accepted(readBody(incidentNote, body));
    return { incident: accepted(await this.actions.note(id, text, caller)) };
  }
}
