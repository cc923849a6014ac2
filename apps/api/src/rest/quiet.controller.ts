import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  answerOf,
  listOf,
  maintenanceAnswer,
  newSilenceSchema,
  type Principal,
  silencePreviewShape,
  silenceShape,
  streamOf,
} from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import { saying } from '../act-metadata.js';
import type { Actions } from '../actions.js';
import { commentQuery, plainListQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';
import { located } from './located.js';
import { Versioned } from './versioned.js';

/** What pages nobody: silences, which people set, and maintenance, which the rules say. */
@Controller('v1')
@Needs('view')
export class QuietController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get('silences')
  @Speaks({
    id: 'listSilences',
    summary: 'Silences, newest first',
    query: plainListQuery,
    answer: listOf('silences', silenceShape),
  })
  async silences(@Query() query: unknown) {
    const ask = accepted(readQuery(plainListQuery, query));
    return listAnswer('silences', accepted(await this.queries.silences(ask)));
  }

  @Get('silences/:id')
  @Speaks({ id: 'getSilence', summary: 'A silence', answer: answerOf('silence', silenceShape) })
  @Versioned(({ id = '' }) => streamOf.silence(id))
  async silence(@Param('id') id: string) {
    return { silence: accepted(await this.queries.silence(id)) };
  }

  @Post('silences')
  @Speaks({
    id: 'addSilence',
    summary: 'Pages nobody of certain alerts for a while',
    body: newSilenceSchema,
    answer: answerOf('silence', silenceShape),
    refuses: ['SILENCE_TOO_WIDE', 'SILENCES_TOO_MANY'],
    located: true,
  })
  @Needs('operate')
  async add(@Body() body: unknown, @Caller() caller: Principal, @Res({ passthrough: true }) reply: FastifyReply) {
    const wanted = accepted(readBody(newSilenceSchema, body));
    const silence = accepted(await this.actions.addSilence(wanted, caller));
    located(reply, 'silences', silence.silenceId);
    return { silence };
  }

  /** A dry run: which alerts a silence would mute now. Nothing is recorded. */
  @Post('silences/preview')
  @Speaks({
    id: 'previewSilence',
    summary: 'Which open alerts a silence would mute now; nothing is recorded',
    body: newSilenceSchema,
    answer: answerOf('preview', silencePreviewShape),
    refuses: ['SILENCES_TOO_MANY'],
    repeats: 'reads',
  })
  @HttpCode(200)
  async previewSilence(@Body() body: unknown) {
    const wanted = accepted(readBody(newSilenceSchema, body));
    return { preview: accepted(await this.queries.previewSilence(wanted)) };
  }

  @Delete('silences/:id')
  @Speaks({
    id: 'expireSilence',
    summary: 'Ends a silence now',
    query: commentQuery,
    answer: answerOf('silence', silenceShape),
    matches: true,
  })
  @Needs('operate')
  async expire(@Param('id') id: string, @Query() query: unknown, @Caller() caller: Principal) {
    const { comment } = accepted(readQuery(commentQuery, query));
    return { silence: accepted(await this.actions.expireSilence(id, saying(caller, comment))) };
  }

  @Get('maintenance')
  @Speaks({
    id: 'listMaintenance',
    summary: 'The maintenance windows of the rules, and what became of them',
    query: plainListQuery,
    answer: maintenanceAnswer,
  })
  async maintenance(@Query() query: unknown) {
    const ask = accepted(readQuery(plainListQuery, query));
    const { windows, page } = accepted(await this.queries.maintenance(ask));
    return { windows, ...listAnswer('occurrences', page) };
  }
}
