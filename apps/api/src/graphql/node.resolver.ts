import { Inject } from '@nestjs/common';
import { Context, Query, Resolver } from '@nestjs/graphql';
import { accepted, Needs, refused } from '#runtime';
import type { Loaders } from '../loaders/loaders.js';
import { type LoadOne, oneBy } from '../loaders/request-loaders.js';
import type { Queries } from '../queries.js';
import { LOADERS, QUERIES } from '../tokens.js';
import { deliveryAnswer } from './delivery-answer.js';
import { Arg, id, many } from './schema/define.js';
import { readGlobalId } from './schema/global-id.js';
import { NodeInterface } from './schema/node.type.js';

/** Ids of one request for many things: as many as a page has. */
const NODES_MAX = 100;

/** Any thing by its global id. */
@Resolver()
@Needs('view')
export class NodeResolver {
  constructor(
    @Inject(LOADERS) private readonly loaders: Loaders,
    @Inject(QUERIES) private readonly queries: Queries,
  ) {}

  @Query(() => NodeInterface, { nullable: true, description: 'A thing by its global id; null: there is none.' })
  node(@Arg('id', id('Its global id.')) globalId: string, @Context() context: object) {
    return this.find(globalId, context);
  }

  @Query(() => [NodeInterface], {
    nullable: 'items',
    description: `Things by their global ids, at most ${NODES_MAX}, in their order; null: there is none.`,
  })
  nodes(@Arg('ids', many(id('Their global ids.'))) ids: readonly string[], @Context() context: object) {
    if (ids.length > NODES_MAX) throw refused('QUERY_INVALID', `at most ${NODES_MAX} ids at once`, 'ids');
    return Promise.all(ids.map((each) => this.find(each, context)));
  }

  private async find(globalId: string, context: object): Promise<object | null> {
    const named = readGlobalId(globalId);
    const row = named && (await this.finders(context)[named.type]?.(named.rawId));
    return row === undefined ? null : { ...row, __typename: named?.type };
  }

  private finders(context: object): Readonly<Record<string, LoadOne<object> | undefined>> {
    const { queries, loaders } = this;
    const load = loaders.of(context);
    const listed =
      (what: string, read: () => Promise<readonly object[]>, key: string): LoadOne<object> =>
      async (rawId) =>
        (await loaders.once(context, what, read)).find(
          (row) => (row as Readonly<Record<string, unknown>>)[key] === rawId,
        );
    return {
      Alert: load.alert,
      Incident: load.incident,
      Rollout: load.rollout,
      Rollback: load.rollback,
      Redirect: load.redirect,
      Command: load.command,
      Override: load.override,
      Fallback: load.fallback,
      Silence: async (rawId) => {
        const row = await load.silence(rawId);
        return row && queries.silenceNow(row);
      },
      Delivery: async (rawId) => {
        const row = await load.delivery(rawId);
        return row && deliveryAnswer(row);
      },
      StatusUpdate: load.statusUpdate,
      Channel: listed('channels', queries.channels, 'name'),
      Breaker: listed('breakers', async () => accepted(await queries.breakers({ limit: 1_000 })).items, 'service'),
      FleetNode: loaders.once(context, 'fleet nodes', () => oneBy(queries.nodesOf, ({ nodeId }) => nodeId)),
      Customer: async (rawId) => queries.knownCustomer(rawId),
      Drill: load.drill,
      Rule: async (rawId) =>
        (await loaders.once(context, 'rules', () => queries.rules()))?.rules.find(({ name }) => name === rawId),
      KnownRelease: load.release,
      Key: load.key,
      NodeKey: load.nodeKey,
    };
  }
}
