import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { commandReportAnswer, commandShape, listOf, streamOf } from '#contracts';
import { accepted, Needs, readQuery, Speaks } from '#runtime';
import { commandQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';
import { Versioned } from './versioned.js';

/** Commands to the fleet: what was signed and sent, and what was answered. */
@Controller('v1')
@Needs('view')
export class CommandsController {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Get('commands')
  @Speaks({
    id: 'listCommands',
    summary: 'Commands to the fleet, newest first',
    query: commandQuery,
    answer: listOf('commands', commandShape),
  })
  async commands(@Query() query: unknown) {
    const { status, ...ask } = accepted(readQuery(commandQuery, query));
    return listAnswer('commands', accepted(await this.queries.commands({ statuses: status, ...ask })));
  }

  /** With how it was sent, and what the nodes answered. */
  @Get('commands/:id')
  @Speaks({
    id: 'getCommand',
    summary: 'A command, how it was sent, and what the nodes answered',
    answer: commandReportAnswer,
  })
  @Versioned(({ id = '' }) => streamOf.command(id))
  async command(@Param('id') id: string) {
    return accepted(await this.queries.command(id));
  }
}
