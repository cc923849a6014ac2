import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import { accepted, Needs, readQuery } from '#runtime';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';
import { windowQuery } from '../window-query.js';
import { FleetHealthType, NodeType, WindowsType } from './health.types.js';
import { given, WindowArgs } from './list.args.js';

/** How the fleet is, and how it was. */
@Resolver()
@Needs('view')
export class FleetResolver {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Query(() => FleetHealthType)
  fleetHealth() {
    return this.queries.fleetHealth();
  }

  @Query(() => WindowsType)
  async windows(@Args() args: WindowArgs) {
    return accepted(await this.queries.windows(accepted(readQuery(windowQuery, given(args)))));
  }

  @Query(() => [NodeType])
  nodes() {
    return this.queries.nodes();
  }
}
