import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { accepted, Needs, readQuery } from '#runtime';
import { commandQuery, redirectQuery, rollbackQuery, rolloutQuery } from '../list-query.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';
import { given, ListArgs, RollbackArgs } from './list.args.js';
import { RedirectType } from './redirect.types.js';
import { CommandType, RollbackType, RolloutType } from './rollout.types.js';

/** Rollouts, rollbacks, redirects and their commands. */
@Resolver()
@Needs('view')
export class RolloutsResolver {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Query(() => [RolloutType])
  rollouts(@Args() args: ListArgs) {
    const { status, limit } = accepted(readQuery(rolloutQuery, given(args)));
    return this.queries.rollouts({ ...(status && { statuses: status }), limit });
  }

  @Query(() => [RollbackType])
  rollbacks(@Args() args: RollbackArgs) {
    const { status, incidentId, limit } = accepted(readQuery(rollbackQuery, given(args)));
    return this.queries.rollbacks({ ...(status && { statuses: status }), ...(incidentId && { incidentId }), limit });
  }

  @Query(() => [RedirectType])
  redirects(@Args() args: RollbackArgs) {
    const { status, incidentId, limit } = accepted(readQuery(redirectQuery, given(args)));
    return this.queries.redirects({ ...(status && { statuses: status }), ...(incidentId && { incidentId }), limit });
  }

  @Query(() => [CommandType])
  commands(@Args() args: ListArgs) {
    const { status, limit } = accepted(readQuery(commandQuery, given(args)));
    return this.queries.commands({ ...(status && { statuses: status }), limit });
  }
}
