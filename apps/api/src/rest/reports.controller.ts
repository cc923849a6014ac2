import { Body, Controller, Get, Header, Headers, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  answerOf,
  incidentUpdatesAnswer,
  listOf,
  postMortemAnswer,
  type Principal,
  runbookShape,
  statusUpdateShape,
  updateCustomersAnswer,
} from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import { saying } from '../act-metadata.js';
import type { Actions } from '../actions.js';
import { commented, plainListQuery, statusUpdateQuery } from '../list-query.js';
import { markdownOf } from '../post-mortem-query.js';
import type { Queries } from '../queries.js';
import { runbookResultBody } from '../runbook.js';
import { publicationBody, statusNumber } from '../status-update-acts.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';

const MARKDOWN = 'text/markdown; charset=utf-8';

/** What is told and written of an incident: status updates, its runbook and its post-mortem. */
@Controller('v1')
@Needs('view')
export class ReportsController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get('status-updates')
  @Speaks({
    id: 'listStatusUpdates',
    summary: 'Status updates of all incidents, newest first',
    query: statusUpdateQuery,
    answer: listOf('statusUpdates', statusUpdateShape),
  })
  async allUpdates(@Query() query: unknown) {
    const { status, ...ask } = accepted(readQuery(statusUpdateQuery, query));
    return listAnswer('statusUpdates', accepted(await this.queries.statusUpdates({ statuses: status, ...ask })));
  }

  @Get('incidents/:id/status-updates')
  @Speaks({
    id: 'listIncidentStatusUpdates',
    summary: 'Status updates of an incident, and when the next is due',
    query: statusUpdateQuery,
    answer: incidentUpdatesAnswer,
  })
  async updates(@Param('id') id: string, @Query() query: unknown) {
    const { status, ...ask } = accepted(readQuery(statusUpdateQuery, query));
    const { schedule, page } = accepted(await this.queries.statusUpdatesOf(id, { statuses: status, ...ask }));
    return { schedule, ...listAnswer('statusUpdates', page) };
  }

  @Get('incidents/:id/status-updates/:n/customers')
  @Speaks({
    id: 'listStatusUpdateCustomers',
    summary: 'Whom a status update tells',
    query: plainListQuery,
    answer: updateCustomersAnswer,
  })
  async customers(@Param('id') incidentId: string, @Param('n') number: string, @Query() query: unknown) {
    const n = accepted(readQuery(statusNumber, number));
    const { after, limit } = accepted(readQuery(plainListQuery, query));
    const asked = { incidentId, n, after, limit };
    const { total, ...page } = accepted(await this.queries.statusUpdateCustomers(asked));
    return { incidentId, n, ...listAnswer('customers', page), total };
  }

  @Post('incidents/:id/status-updates/:n/publish')
  @Speaks({
    id: 'publishStatusUpdate',
    summary: 'Tells the public, as drafted or as edited',
    body: publicationBody,
    answer: answerOf('statusUpdate', statusUpdateShape),
    refuses: ['QUERY_INVALID', 'STATUS_UPDATE_NOT_DRAFT'],
  })
  @HttpCode(200)
  @Needs('operate')
  async publish(
    @Param('id') incidentId: string,
    @Param('n') number: string,
    @Body() body: unknown,
    @Caller() caller: Principal,
  ) {
    const n = accepted(readQuery(statusNumber, number));
    const { comment, ...edits } = accepted(readBody(publicationBody, body ?? undefined));
    const by = saying(caller, comment);
    return { statusUpdate: accepted(await this.actions.publishStatusUpdate({ incidentId, n }, edits, by)) };
  }

  @Post('incidents/:id/status-updates/:n/discard')
  @Speaks({
    id: 'discardStatusUpdate',
    summary: 'Tells the public nothing of what was drafted',
    body: commented,
    answer: answerOf('statusUpdate', statusUpdateShape),
    refuses: ['QUERY_INVALID', 'STATUS_UPDATE_NOT_DRAFT'],
  })
  @HttpCode(200)
  @Needs('operate')
  async discard(
    @Param('id') incidentId: string,
    @Param('n') number: string,
    @Body() body: unknown,
    @Caller() caller: Principal,
  ) {
    const n = accepted(readQuery(statusNumber, number));
    const { comment } = accepted(readBody(commented, body));
    return { statusUpdate: accepted(await this.actions.discardStatusUpdate({ incidentId, n }, comment, caller)) };
  }

  @Get('incidents/:id/runbook')
  @Speaks({
    id: 'getRunbook',
    summary: 'What to look at first, as commands',
    answer: answerOf('runbook', runbookShape),
  })
  async runbook(@Param('id') id: string) {
    return { runbook: accepted(await this.queries.runbook(id)) };
  }

  @Post('incidents/:id/runbook/:step/results')
  @Speaks({
    id: 'attachRunbookResult',
    summary: 'Keeps what a command of the runbook answered',
    body: runbookResultBody,
    answer: answerOf('runbook', runbookShape),
    refuses: ['INCIDENT_NOT_OPEN', 'RUNBOOK_RESULTS_TOO_MANY'],
    matches: true,
  })
  @Needs('operate')
  async attach(
    @Param('id') incidentId: string,
    @Param('step') step: string,
    @Body() body: unknown,
    @Caller() caller: Principal,
  ) {
    const { output } = accepted(readBody(runbookResultBody, body));
    return { runbook: accepted(await this.actions.attachRunbookResult({ incidentId, step, output }, caller)) };
  }

  /** JSON, or Markdown for who asks for it. */
  @Get('incidents/:id/post-mortem')
  @Speaks({
    id: 'getPostMortem',
    summary: 'The post-mortem of an incident, as JSON or as Markdown',
    answer: postMortemAnswer,
    instead: { media: ['text/markdown'], about: 'the same to read' },
  })
  async postMortem(
    @Param('id') id: string,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const report = accepted(await this.queries.postMortem(id));
    if (accept?.includes('text/markdown') !== true) return report;
    void reply.header('content-type', MARKDOWN);
    return markdownOf(report);
  }

  @Get('incidents/:id/post-mortem.md')
  @Speaks({
    id: 'getPostMortemText',
    summary: 'The post-mortem of an incident to read',
    answer: { media: ['text/markdown'], about: 'the post-mortem' },
  })
  @Header('content-type', MARKDOWN)
  async postMortemText(@Param('id') id: string) {
    return markdownOf(accepted(await this.queries.postMortem(id)));
  }
}
