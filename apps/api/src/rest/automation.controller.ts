import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { answerOf, automationShape, newModeSchema, type Principal, rateResetSchema, switchingSchema } from '#contracts';
import { accepted, Caller, Needs, readBody, Speaks } from '#runtime';
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
  @Speaks({
    id: 'getAutomation',
    summary: 'Whether Tocsin may act by itself, and in which mode',
    answer: answerOf('automation', automationShape),
  })
  @Needs('view')
  async automation() {
    return { automation: await this.queries.automation() };
  }

  @Post('switch')
  @Speaks({
    id: 'switchAutomation',
    summary: 'Turns everything that acts by itself off, or on',
    body: switchingSchema,
    answer: answerOf('automation', automationShape),
  })
  @HttpCode(200)
  @Needs('administer')
  async switch(@Body() body: unknown, @Caller() caller: Principal) {
    const switching = accepted(readBody(switchingSchema, body));
    return { automation: accepted(await this.actions.switchAutomation(switching, caller)) };
  }

  @Post('modes')
  @Speaks({
    id: 'setAutomationMode',
    summary: 'Sets how much of a service is done without a person',
    body: newModeSchema,
    answer: answerOf('automation', automationShape),
    refuses: ['SERVICES_TOO_MANY'],
  })
  @HttpCode(200)
  @Needs('administer')
  async mode(@Body() body: unknown, @Caller() caller: Principal) {
    return { automation: accepted(await this.actions.setMode(accepted(readBody(newModeSchema, body)), caller)) };
  }

  @Post('rate-resets')
  @Speaks({
    id: 'resetRate',
    summary: 'Lets a service be rolled back again within the time in which it may be once',
    body: rateResetSchema,
    answer: answerOf('automation', automationShape),
    refuses: ['SERVICES_TOO_MANY'],
  })
  @HttpCode(200)
  @Needs('operate')
  async resetRate(@Body() body: unknown, @Caller() caller: Principal) {
    return { automation: accepted(await this.actions.resetRate(accepted(readBody(rateResetSchema, body)), caller)) };
  }
}
