import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  answerOf,
  approvalShape,
  listedDeliveryShape,
  listOf,
  newSilenceSchema,
  silencePreviewShape,
} from '#contracts';
import { accepted, Needs, readBody, readQuery, Speaks } from '#runtime';
import { deliveryQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';

/** What waits for people, what called them, and what an act would do. */
@Controller('v1')
@Needs('view')
export class WaitingController {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  /** Stages, proposed rollbacks and overrides, each with who may say yes and where. The longest waiting first. */
  @Get('approvals')
  @Speaks({
    id: 'listApprovals',
    summary: 'What waits for a person, the longest first, with who may say yes',
    answer: answerOf('approvals', z.array(approvalShape)),
  })
  async approvals() {
    return { approvals: await this.queries.approvals() };
  }

  /** Deliveries that call somebody: pages, calls of further levels, and their ends. */
  @Get('pages')
  @Speaks({
    id: 'listPages',
    summary: 'What called people, newest first',
    query: deliveryQuery,
    answer: listOf('pages', listedDeliveryShape),
  })
  async pages(@Query() query: unknown) {
    const { status, ...ask } = accepted(readQuery(deliveryQuery, query));
    return listAnswer('pages', accepted(await this.queries.pages({ statuses: status, ...ask })));
  }

  /** A dry run: which alerts a silence would mute now. Nothing is recorded. */
  @Post('silences/preview')
  @Speaks({
    id: 'previewSilence',
    summary: 'Which open alerts a silence would mute now; nothing is recorded',
    body: newSilenceSchema,
    answer: answerOf('preview', silencePreviewShape),
    refuses: ['SILENCES_TOO_MANY'],
  })
  @HttpCode(200)
  async previewSilence(@Body() body: unknown) {
    const wanted = accepted(readBody(newSilenceSchema, body));
    return { preview: accepted(await this.queries.previewSilence(wanted)) };
  }
}
