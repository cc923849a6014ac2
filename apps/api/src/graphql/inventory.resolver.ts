import { Inject } from '@nestjs/common';
import { Mutation, Query, Resolver } from '@nestjs/graphql';
import { isRefusal, type Principal, refuse } from '#contracts';
import { accepted, Caller, Needs, readQuery } from '#runtime';
import type { Actions } from '../actions.js';
import { commented, plainListQuery, maybeCommented } from '../list-query.js';
import type { Queries } from '../queries.js';
import { newCustomers, newNodes } from '../rest/inventory.controller.js';
import { newKey } from '../rest/keys.controller.js';
import { newNodeKey } from '../rest/node-keys.controller.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import * as inputs from './inputs.js';
import {
  CustomersPayload,
  NewKeyPayload,
  NewNodeKeyPayload,
  NodesPayload,
  ReloadPayload,
  RevokedKeyPayload,
} from './payloads.js';
import { connectionOf, given, listArgs, type PageArgs } from './schema/connection.js';
import { Asked, Input } from './schema/define.js';
import { mutate, type MutationInput } from './schema/payload.js';
import { KeyConnection, NodeKeyConnection } from './types/key.types.js';
import { RuleSetVersionConnection, RulesType } from './types/rule.types.js';

const InventoryArgs = listArgs('InventoryArgs');

type Of<K extends string, T = string> = MutationInput & Readonly<Record<K, T>>;

/** What is registered: nodes, customers, keys and rules. */
@Resolver()
@Needs('administer')
export class InventoryResolver {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Query(() => RulesType, { nullable: true, description: 'The rules in force.' })
  @Needs('view')
  async rules() {
    return accepted((await this.queries.rules()) ?? refuse('NOT_FOUND', 'no set of rules was loaded yet'));
  }

  @Query(() => RuleSetVersionConnection, { description: 'Sets of rules that were loaded, newest first.' })
  @Needs('view')
  async ruleHistory(@Asked(InventoryArgs) args: PageArgs) {
    const ask = accepted(readQuery(plainListQuery, given({ ...args })));
    return connectionOf(await this.queries.ruleHistory(ask), args);
  }

  @Query(() => KeyConnection, { description: 'API keys, without their secrets.' })
  async keys(@Asked(InventoryArgs) args: PageArgs) {
    const ask = accepted(readQuery(plainListQuery, given({ ...args })));
    return connectionOf(await this.queries.keys(ask), args);
  }

  @Query(() => NodeKeyConnection, { description: 'Keys of nodes, without their secrets.' })
  async nodeKeys(@Asked(InventoryArgs) args: PageArgs) {
    const ask = accepted(readQuery(plainListQuery, given({ ...args })));
    return connectionOf(await this.queries.nodeKeys(ask), args);
  }

  @Mutation(() => NodesPayload, { description: 'Registers nodes, or moves them.' })
  registerNodes(@Caller() caller: Principal, @Input(inputs.RegisterNodesInput) input: MutationInput) {
    return mutate({ input: { ...input }, caller }, newNodes, async ({ nodes }, by) => {
      const done = await this.actions.registerNodes(nodes, by);
      return isRefusal(done) ? done : { registered: nodes.length };
    });
  }

  @Mutation(() => CustomersPayload, { description: 'Registers customers: all of them, or none.' })
  registerCustomers(
    @Caller() caller: Principal,
    @Input(inputs.RegisterCustomersInput) {
      isDryRun,
      ...input
    }: MutationInput & { readonly isDryRun?: boolean | null },
  ) {
    return mutate({ input, caller, as: 'results' }, newCustomers, ({ customers }, by) =>
      this.actions.registerCustomers(customers, by, isDryRun ?? false),
    );
  }

  @Mutation(() => NewKeyPayload, { description: 'Makes an API key; its secret is shown once.' })
  createKey(@Caller() caller: Principal, @Input(inputs.CreateKeyInput) input: MutationInput) {
    return mutate({ input: { ...input }, caller, as: 'key' }, newKey, (wanted, by) =>
      this.actions.createKey(wanted, by),
    );
  }

  @Mutation(() => RevokedKeyPayload, { description: 'Revokes an API key, for good.' })
  revokeKey(@Caller() caller: Principal, @Input(inputs.RevokeKeyInput) { keyId, ...input }: Of<'keyId'>) {
    return mutate({ input: { ...input }, caller, as: 'keyId' }, commented, async (_nothing, by) => {
      const done = await this.actions.revokeKey(keyId, by);
      return isRefusal(done) ? done : keyId;
    });
  }

  @Mutation(() => NewNodeKeyPayload, { description: 'Issues a key of a node; its secret is shown once.' })
  issueNodeKey(@Caller() caller: Principal, @Input(inputs.IssueNodeKeyInput) input: MutationInput) {
    return mutate({ input: { ...input }, caller, as: 'nodeKey' }, newNodeKey, ({ nodeId }, by) =>
      this.actions.issueNodeKey(nodeId, by),
    );
  }

  @Mutation(() => RevokedKeyPayload, { description: 'Revokes a key of a node, for good.' })
  revokeNodeKey(@Caller() caller: Principal, @Input(inputs.RevokeNodeKeyInput) { keyId, ...input }: Of<'keyId'>) {
    return mutate({ input: { ...input }, caller, as: 'keyId' }, commented, async (_nothing, by) => {
      const done = await this.actions.revokeNodeKey(keyId, by);
      return isRefusal(done) ? done : keyId;
    });
  }

  @Mutation(() => ReloadPayload, { description: 'Asks whoever decides to read the files of rules again.' })
  reloadRules(@Caller() caller: Principal, @Input(inputs.ReloadRulesInput) input: MutationInput) {
    return mutate({ input: { ...input }, caller, as: 'isAsked' }, maybeCommented, async (_nothing, by) => {
      const done = await this.actions.reloadRules(by);
      return isRefusal(done) ? done : true;
    });
  }
}
