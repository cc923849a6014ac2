import { Body, Controller, Get, Inject, Post, Query } from '@nestjs/common';
import { eventSchemas, type Principal } from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery } from '#runtime';
import type { Actions } from '../actions.js';
import { customerQuery, registrationQuery, selectedCustomers } from '../customer-list.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';

/** Of what the fleet consists and whom it serves. The bodies are those of the events they become. */
@Controller('v1')
export class InventoryController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get('nodes')
  @Needs('view')
  async nodes() {
    return { nodes: await this.queries.nodes() };
  }

  @Post('nodes')
  @Needs('administer')
  async registerNodes(@Body() body: unknown, @Caller() caller: Principal) {
    const { nodes } = accepted(readBody(eventSchemas.NodesRegistered, body));
    accepted(await this.actions.registerNodes(nodes, caller));
    return { nodes: nodes.length };
  }

  /** Everybody, a page at a time: what an export reads. */
  @Get('customers')
  @Needs('view')
  customers(@Query() query: unknown) {
    return selectedCustomers(this.queries.customers(), accepted(readQuery(customerQuery, query)));
  }

  @Post('customers')
  @Needs('administer')
  async registerCustomers(@Body() body: unknown, @Caller() caller: Principal, @Query() query: unknown) {
    const { dryRun } = accepted(readQuery(registrationQuery, query));
    const { customers } = accepted(readBody(eventSchemas.CustomersRegistered, body));
    const results = accepted(await this.actions.registerCustomers(customers, caller, dryRun));
    return { customers: customers.length, results };
  }
}
