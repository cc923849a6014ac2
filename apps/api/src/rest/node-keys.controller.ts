import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import {
  commentSchema,
  keyRevokedAnswer,
  listOf,
  nameSchema,
  nodeKeyIssuedAnswer,
  nodeKeyShape,
  type Principal,
} from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import { saying } from '../act-metadata.js';
import type { Actions } from '../actions.js';
import { commented, nodeKeyQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';

/** What a new key of a node is sent with. */
export const newNodeKey = z.object({ nodeId: nameSchema, comment: commentSchema });

/** Keys that nodes tag their batches with. A secret is shown once, in the answer that issues the key. */
@Controller('v1/node-keys')
@Needs('administer')
export class NodeKeysController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get()
  @Speaks({
    id: 'listNodeKeys',
    summary: 'Keys that nodes tag their batches with',
    query: nodeKeyQuery,
    answer: listOf('nodeKeys', nodeKeyShape),
  })
  async list(@Query() query: unknown) {
    const ask = accepted(readQuery(nodeKeyQuery, query));
    return listAnswer('nodeKeys', accepted(await this.queries.nodeKeys(ask)));
  }

  @Post()
  @Speaks({
    id: 'issueNodeKey',
    summary: 'Issues a key to a node; its secret is in this answer alone',
    body: newNodeKey,
    answer: nodeKeyIssuedAnswer,
    refuses: ['NODE_KEYS_TOO_MANY', 'NODE_UNKNOWN'],
  })
  async issue(@Body() body: unknown, @Caller() caller: Principal) {
    const { nodeId, comment } = accepted(readBody(newNodeKey, body));
    return accepted(await this.actions.issueNodeKey(nodeId, saying(caller, comment)));
  }

  @Post(':id/revoke')
  @Speaks({
    id: 'revokeNodeKey',
    summary: 'Revokes the key of a node, for good',
    body: commented,
    answer: keyRevokedAnswer,
  })
  @HttpCode(200)
  async revoke(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { comment } = accepted(readBody(commented, body));
    accepted(await this.actions.revokeNodeKey(id, saying(caller, comment)));
    return { keyId: id, revoked: true };
  }
}
