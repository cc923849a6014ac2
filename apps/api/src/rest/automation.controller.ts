import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { newModeSchema, type Principal, rateResetSchema, switchingSchema } from '#contracts';
import { accepted, Caller, Needs, readBody } from '#runtime';
import type { Actions } from '../actions.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';

/** What Tocsin may do by itself. */
@Controller('v1/automation')
export class AutomationController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get()
  @Needs('view')
  async automation() {
    return { automation: await this.queries.automation() };
  }

  @Post('switch')
  @HttpCode(200)
  @Needs('administer')
  async switch(@Body() body: unknown, @Caller() caller: Principal) {
    const switching = accepted(readBody(switchingSchema, body));
    return { automation: accepted(await this.actions.switchAutomation(switching, caller)) };
  }

  @Post('modes')
  @HttpCode(200)
  @Needs('administer')
  async mode(@Body() body: unknown, @Caller() caller: Principal) {
    return { automation: accepted(await this.actions.setMode(accepted(readBody(newModeSchema, body)), caller)) };
  }

  @Post('rate-resets')
  @HttpCode(200)
  @Needs('operate')
  async resetRate(@Body() body: unknown, @Caller() caller: Principal) {
    return { automation: accepted(await this.actions.resetRate(accepted(readBody(rateResetSchema, body)), caller)) };
  }
}
