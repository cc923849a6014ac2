import { Inject } from '@nestjs/common';
import { Args, ID, Query, Resolver } from '@nestjs/graphql';
import { accepted, Needs, readQuery } from '#runtime';
import { explainedQuery, whyNotQuery } from '../explain/explain-query.js';
import type { Queries } from '../queries.js';
import { QUERIES } from '../tokens.js';
import { ExplanationType, WhyNotType } from './explain.types.js';
import { given } from './list.args.js';

/** Why something was decided, and why something was not. */
@Resolver()
@Needs('view')
export class ExplainResolver {
  constructor(@Inject(QUERIES) private readonly queries: Queries) {}

  @Query(() => ExplanationType)
  async explain(
    @Args('id', { type: () => ID }) id: string,
    @Args('kind', { type: () => String, nullable: true, description: 'Any unless told.' }) kind?: string | null,
  ) {
    const asked = accepted(readQuery(explainedQuery, { id, kind: kind ?? 'any' }));
    return accepted(await this.queries.explain(asked.kind, asked.id));
  }

  @Query(() => WhyNotType)
  async whyNot(
    @Args('rule', { type: () => String }) rule: string,
    @Args('subject', { type: () => String, nullable: true }) subject?: string | null,
    @Args('at', { type: () => Number, nullable: true, description: 'Ms since the epoch; now unless told.' })
    at?: number | null,
  ) {
    const asked = accepted(readQuery(whyNotQuery, given({ subject, at })));
    return accepted(await this.queries.whyNot({ rule, ...asked }));
  }
}
