import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  answerOf,
  commentSchema,
  keyMadeAnswer,
  keyRevokedAnswer,
  keyShape,
  listOf,
  nameSchema,
  PERMISSIONS,
  type Principal,
  PRINCIPAL_ROLES,
  streamOf,
} from '#contracts';
import { accepted, Caller, Needs, readBody, readQuery, Speaks } from '#runtime';
import { saying } from '../act-metadata.js';
import type { Actions } from '../actions.js';
import { commented, inventoryQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';
import { listAnswer } from './list-answer.js';
import { located } from './located.js';
import { Versioned } from './versioned.js';

/** What a new key is sent with. */
export const newKey = z.strictObject({
  name: z.string().min(1).max(200),
  role: z.enum(PRINCIPAL_ROLES),
  nodeId: nameSchema.optional(),
  comment: commentSchema,
  scopes: z.array(z.enum(PERMISSIONS)).min(1).max(PERMISSIONS.length).optional(),
  /** When it is over, ms since the epoch. */
  expiresAt: z.number().int().nonnegative().optional(),
});

/** API keys. A secret is shown once, in the answer that makes the key. */
@Controller('v1/keys')
@Needs('administer')
export class KeysController {
  constructor(
    @Inject(QUERIES) private readonly queries: Queries,
    @Inject(ACTIONS) private readonly actions: Actions,
  ) {}

  @Get()
  @Speaks({
    id: 'listKeys',
    summary: 'API keys, without their secrets',
    query: inventoryQuery,
    answer: listOf('keys', keyShape),
  })
  async keys(@Query() query: unknown) {
    const ask = accepted(readQuery(inventoryQuery, query));
    return listAnswer('keys', accepted(await this.queries.keys(ask)));
  }

  @Get(':id')
  @Speaks({ id: 'getKey', summary: 'An API key, without its secret', answer: answerOf('key', keyShape) })
  @Versioned(({ id = '' }) => streamOf.key(id))
  async key(@Param('id') id: string) {
    return { key: accepted(await this.queries.key(id)) };
  }

  @Post()
  @Speaks({
    id: 'createKey',
    summary: 'Makes an API key; its secret is in this answer alone',
    body: newKey,
    answer: keyMadeAnswer,
    refuses: ['NODE_UNKNOWN'],
    located: true,
  })
  async create(@Body() body: unknown, @Caller() caller: Principal, @Res({ passthrough: true }) reply: FastifyReply) {
    const { comment, ...key } = accepted(readBody(newKey, body));
    const made = accepted(await this.actions.createKey(key, saying(caller, comment)));
    located(reply, 'keys', made.keyId);
    return made;
  }

  @Post(':id/revoke')
  @Speaks({
    id: 'revokeKey',
    summary: 'Revokes an API key, for good',
    body: commented,
    answer: keyRevokedAnswer,
    matches: true,
  })
  @HttpCode(200)
  async revoke(@Param('id') id: string, @Body() body: unknown, @Caller() caller: Principal) {
    const { comment } = accepted(readBody(commented, body));
    accepted(await this.actions.revokeKey(id, saying(caller, comment)));
    return { keyId: id, revoked: true };
  }
}
