import { Body, Controller, Get, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { answerOf, drillShape, listOf, newDrillSchema, type Principal, streamOf } from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import type { Actions } from '../actions.js';
import { plainListQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';
import { located } from './located.js';
import { Versioned } from './versioned.js';

/** Fire drills: pages that are asked for, to know that pages arrive. */
@Controller('v1/drills')
export class DrillsController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get()
  @Speaks({
    id: 'listDrills',
    summary: 'Fire drills, newest first',
    query: plainListQuery,
    answer: listOf('drills', drillShape),
  })
  @Needs('view')
  async drills(@Query() query: unknown) {
    const ask = accepted(readQuery(plainListQuery, query));
    return listAnswer('drills', accepted(await this.queries.drills(ask)));
  }

  @Get(':id')
  @Speaks({ id: 'getDrill', summary: 'A fire drill', answer: answerOf('drill', drillShape) })
  @Versioned(({ id = '' }) => streamOf.drill(id))
  @Needs('view')
  async drill(@Param('id') id: string) {
    return { drill: accepted(await this.queries.drill(id)) };
  }

  @Post()
  @Speaks({
    id: 'beginDrill',
    summary: 'Asks for a page, to know that pages arrive',
    body: newDrillSchema,
    answer: answerOf('drill', drillShape),
    refuses: ['CHANNEL_NOT_TESTABLE', 'DRILL_UNDER_WAY'],
    located: true,
  })
  @Needs('operate')
  async begin(@Body() body: unknown, @Caller() caller: Principal, @Res({ passthrough: true }) reply: FastifyReply) {
    const drill = accepted(await this.actions.beginDrill(accepted(readBody(newDrillSchema, body)), caller));
    located(reply, 'drills', drill.drillId);
    return { drill };
  }
}
