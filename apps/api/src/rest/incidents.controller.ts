import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import type { Principal } from '#contracts';
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
import { listAnswer } from './list-answer.js';

/** Alerts, incidents and what belongs to them. */
@Controller('v1')
@Needs('view')
export class IncidentsController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get('alerts')
  async alerts(@Query() query: unknown) {
    const { state, ...page } = accepted(readQuery(alertQuery, query));
    return listAnswer('alerts', accepted(await this.queries.alerts({ ...(state && { states: state }), ...page })));
  }

  @Post('alerts/:id/resolve')
  @HttpCode(202)
  @Needs('operate')
  async resolveAlert(@Param('id') id: string, @Caller() caller: Principal) {
    return { alert: accepted(await this.actions.resolveAlert(id, caller)) };
  }

  @Get('incidents')
  async incidents(@Query() query: unknown) {
    const { status, ...page } = accepted(readQuery(incidentQuery, query));
    return listAnswer(
      'incidents',
      accepted(await this.queries.incidents({ ...(status && { statuses: status }), ...page })),
    );
  }

  @Get('incidents/:id')
  async incident(@Param('id') id: string) {
    return accepted(await this.queries.incident(id));
  }

  @Get('incidents/:id/customers')
  async customers(@Param('id') id: string, @Query() query: unknown) {
    const { limit } = accepted(readQuery(plainListQuery, query));
    return accepted(await this.queries.customersAffected(id, limit));
  }

  @Post('incidents/:id/acknowledge')
  @HttpCode(200)
  @Needs('operate')
  async acknowledge(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { note } = accepted(readBody(acknowledgement, body ?? undefined));
    return { incident: accepted(await this.actions.acknowledge(id, note, caller)) };
  }

  @Post('incidents/:id/hand-over')
  @HttpCode(200)
  @Needs('operate')
  async handOver(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    return { incident: accepted(await this.actions.handOver(id, accepted(readBody(handOver, body)), caller)) };
  }

  @Post('incidents/:id/snooze')
  @HttpCode(200)
  @Needs('operate')
  async snooze(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { durationMs, comment } = accepted(readBody(snooze, body));
    return { incident: accepted(await this.actions.snooze(id, durationMs, comment, caller)) };
  }

  @Post('incidents/:id/notes')
  @Needs('operate')
  async note(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { text } = accepted(readBody(incidentNote, body));
    return { incident: accepted(await this.actions.note(id, text, caller)) };
  }
}
