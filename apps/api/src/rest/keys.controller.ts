import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import {
  keyMadeAnswer,
  keyRevokedAnswer,
  keyShape,
  listOf,
  nameSchema,
  type Principal,
  PRINCIPAL_ROLES,
} from '#contracts';
import { accepted, Caller, Needs, readBody, Speaks } from '#runtime';
import type { Actions } from '../actions.js';
import type { Queries } from '../queries.js';
import { ACTIONS, QUERIES } from '../tokens.js';

const newKey = z.object({
  name: z.string().min(1).max(200),
  role: z.enum(PRINCIPAL_ROLES),
  nodeId: nameSchema.optional(),
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
  @Speaks({ id: 'listKeys', summary: 'API keys, without their secrets', answer: listOf('keys', keyShape) })
  async keys() {
    return { keys: await this.queries.keys() };
  }

  @Post()
  @Speaks({
    id: 'createKey',
    summary: 'Makes an API key; its secret is in this answer alone',
    body: newKey,
    answer: keyMadeAnswer,
    refuses: ['NODE_UNKNOWN'],
  })
  async create(@Body() body: unknown, @Caller() caller: Principal) {
    return accepted(await this.actions.createKey(accepted(readBody(newKey, body)), caller));
  }

  @Post(':id/revoke')
  @Speaks({ id: 'revokeKey', summary: 'Revokes an API key, for good', answer: keyRevokedAnswer })
  @HttpCode(200)
  async revoke(@Param('id') id: string, @Caller() caller: Principal) {
    accepted(await this.actions.revokeKey(id, caller));
    return { keyId: id, revoked: true };
  }
}
