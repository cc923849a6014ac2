import { Args, ID, Int, Query, Resolver } from '@nestjs/graphql';
import { accepted, Needs, readQuery } from '#runtime';
import { sinceQuery } from '../affected-since.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';
import { Inject } from '@nestjs/common';
import { AffectedSinceType, ImpactNowType, IncidentCostType } from './impact.types.js';
import { given } from './list.args.js';

/** Whom it hurts, where, and what it costs. */
@Resolver()
@Needs('view')
export class ImpactResolver {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Query(() => ImpactNowType)
  impact() {
    return this.queries.impact();
  }

  @Query(() => AffectedSinceType)
  async affectedCustomers(
    @Args('since', { type: () => String, description: 'A date, or ms since the epoch.' }) since: string,
    @Args('until', { type: () => String, nullable: true }) until?: string | null,
    @Args('limit', { type: () => Int, nullable: true }) limit?: number | null,
  ) {
    return accepted(await this.queries.affectedSince(accepted(readQuery(sinceQuery, given({ since, until, limit })))));
  }

  @Query(() => IncidentCostType)
  async incidentCost(@Args('id', { type: () => ID }) id: string) {
    return accepted(await this.queries.incidentCost(id));
  }
}
