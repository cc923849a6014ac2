import { Body, Controller, Get, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { nameSchema, type Principal, PRINCIPAL_ROLES } from '#contracts';
import { accepted, Caller, Needs, readBody } from '#runtime';
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
  async keys() {
    return { keys: await this.queries.keys() };
  }

  @Post()
  async create(@Body() body: unknown, @Caller() caller: Principal) {
    return accepted(await this.actions.createKey(accepted(readBody(newKey, body)), caller));
  }

  @Post(':id/revoke')
  @HttpCode(200)
  async revoke(@Param('id') id: string, @Caller() caller: Principal) {
    accepted(await this.actions.revokeKey(id, caller));
    return { keyId: id, revoked: true };
  }
}
