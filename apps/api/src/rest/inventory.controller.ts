import { Body, Controller, Get, Inject, Param, Post, Query } from '@nestjs/common';
import {
  answerOf,
  commentSchema,
  customersAnswer,
  customerSchema,
  customersRegisteredAnswer,
  eventSchemas,
  listOf,
  nodeShape,
  nodesRegisteredAnswer,
  type Principal,
} from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import { saying } from '../act-metadata.js';
import type { Actions } from '../actions.js';
import { customerQuery, registrationQuery } from '../customer-list.js';
import { inventoryQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';

/** What nodes are registered with. */
export const newNodes = eventSchemas.NodesRegistered.extend({ comment: commentSchema.optional() });
/** What customers are registered with. */
export const newCustomers = eventSchemas.CustomersRegistered.extend({ comment: commentSchema.optional() });

/** Of what the fleet consists and whom it serves. The bodies are those of the events they become, and why. */
@Controller('v1')
export class InventoryController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get('nodes')
  @Speaks({
    id: 'listNodes',
    summary: 'The nodes of the inventory, and what was counted of each',
    query: inventoryQuery,
    answer: listOf('nodes', nodeShape),
  })
  @Needs('view')
  async nodes(@Query() query: unknown) {
    const ask = accepted(readQuery(inventoryQuery, query));
    return listAnswer('nodes', accepted(await this.queries.nodes(ask)));
  }

  @Get('nodes/:nodeId')
  @Speaks({ id: 'getNode', summary: 'A node and what was counted of it', answer: answerOf('node', nodeShape) })
  @Needs('view')
  async node(@Param('nodeId') nodeId: string) {
    return { node: accepted(await this.queries.node(nodeId)) };
  }

  @Post('nodes')
  @Speaks({
    id: 'registerNodes',
    summary: 'Registers nodes, all of them or none',
    body: newNodes,
    answer: nodesRegisteredAnswer,
  })
  @Needs('administer')
  async registerNodes(@Body() body: unknown, @Caller() caller: Principal) {
    const { nodes, comment } = accepted(readBody(newNodes, body, 'nodes'));
    const results = accepted(await this.actions.registerNodes(nodes, saying(caller, comment)));
    return { nodes: nodes.length, results };
  }

  /** Everybody, a page at a time: what an export reads. */
  @Get('customers')
  @Speaks({
    id: 'listCustomers',
    summary: 'The customers, a page at a time',
    query: customerQuery,
    answer: customersAnswer,
  })
  @Needs('view')
  customers(@Query() query: unknown) {
    const { total, ...page } = accepted(this.queries.customers(accepted(readQuery(customerQuery, query))));
    return { ...listAnswer('customers', page), total };
  }

  @Get('customers/:id')
  @Speaks({ id: 'getCustomer', summary: 'A customer with its zones', answer: answerOf('customer', customerSchema) })
  @Needs('view')
  async customer(@Param('id') id: string) {
    return { customer: accepted(await this.queries.customer(id)) };
  }

  @Post('customers')
  @Speaks({
    id: 'registerCustomers',
    summary: 'Registers customers, all of them or none',
    query: registrationQuery,
    body: newCustomers,
    answer: customersRegisteredAnswer,
  })
  @Needs('administer')
  async registerCustomers(@Body() body: unknown, @Caller() caller: Principal, @Query() query: unknown) {
    const { dryRun } = accepted(readQuery(registrationQuery, query));
    const { customers, comment } = accepted(readBody(newCustomers, body, 'customers'));
    const results = accepted(await this.actions.registerCustomers(customers, saying(caller, comment), dryRun));
    return { customers: customers.length, results };
  }
}
