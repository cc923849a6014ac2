import { Controller, Get, Inject, Param, Query, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { nodeCommandsAnswer, type Principal } from '#contracts';
import { accepted, Caller, Needs, readQuery, refused, Speaks } from '#runtime';
import { CommandBoard } from './command-board.js';

const querySchema = z.object({
  /** The generation of the last command that was acted on. */
  after: z.coerce.number().int().nonnegative().default(0),
  /** Below the idle limit of common proxies. */
  waitMs: z.coerce.number().int().min(0).max(30_000).default(20_000),
});

/** Commands for agents without a broker. */
@Controller('v1/nodes/:nodeId/commands')
export class CommandsController {
  constructor(@Inject(CommandBoard) private readonly board: CommandBoard) {}

  @Get()
  @Speaks({
    id: 'getNodeCommands',
    summary: 'Signed commands for a node behind a generation; waits for one',
    query: querySchema,
    answer: nodeCommandsAnswer,
    refuses: ['NODE_FOREIGN'],
  })
  @Needs('commands')
  async commands(
    @Param('nodeId') nodeId: string,
    @Query() query: unknown,
    @Caller() { role, nodeId: own }: Principal,
    @Req() request: FastifyRequest,
  ) {
    if (role === 'node' && own !== nodeId) throw refused('NODE_FOREIGN', `the key is not of ${nodeId}`);
    const { after, waitMs } = accepted(readQuery(querySchema, query));
    const gone = new AbortController();
    const leave = (): void => gone.abort();
    request.raw.socket.once('close', leave);
    try {
      return await this.board.forNode(nodeId, after, waitMs, gone.signal);
    } finally {
      request.raw.socket.off('close', leave);
    }
  }
}
