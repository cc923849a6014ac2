import { Body, Controller, Get, HttpCode, Inject, Param, Post, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { answerOf, backtestSchema, listOf, newBacktestSchema, type Principal } from '#contracts';
import { accepted, Caller, Needs, readBody, Speaks } from '#runtime';
import type { Backtests } from '../backtest/backtests.js';
import { BACKTESTS } from '../tokens.js';
import { located } from './located.js';

/** What other rules would have done, over the recorded log. */
@Controller('v1/backtests')
@Needs('view')
export class BacktestsController {
  constructor(@Inject(BACKTESTS) private readonly backtests: Backtests) {}

  /** It reads, and changes nothing: whoever may see what happened may ask what would have. */
  @Post()
  @Speaks({
    id: 'beginBacktest',
    summary: 'What other rules would have done over a recorded time; one at a time, four wait',
    body: newBacktestSchema,
    answer: answerOf('backtest', backtestSchema),
    refuses: ['RULES_INVALID', 'BACKTESTS_TOO_MANY'],
    located: true,
  })
  @HttpCode(202)
  async begin(@Body() body: unknown, @Caller() caller: Principal, @Res({ passthrough: true }) reply: FastifyReply) {
    const backtest = accepted(await this.backtests.begin(accepted(readBody(newBacktestSchema, body)), caller));
    located(reply, 'backtests', backtest.backtestId);
    return { backtest };
  }

  @Get()
  @Speaks({
    id: 'listBacktests',
    summary: 'Backtests that this process remembers, newest first: 20, without what they found',
    answer: listOf('backtests', backtestSchema),
  })
  list() {
    return { backtests: this.backtests.newest().map((each) => ({ ...each, result: null })) };
  }

  @Get(':id')
  @Speaks({
    id: 'getBacktest',
    summary: 'How far a backtest is, and what it found; the process that does it tells',
    answer: answerOf('backtest', backtestSchema),
  })
  one(@Param('id') id: string) {
    return { backtest: accepted(this.backtests.find(id)) };
  }
}
