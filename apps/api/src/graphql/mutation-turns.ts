import type { GraphQLFieldResolver, GraphQLSchema } from 'graphql';
import { beginTurn } from '../loaders/loaders.js';

const inTurn =
  (resolve: GraphQLFieldResolver<unknown, object>): GraphQLFieldResolver<unknown, object> =>
  async (source, args, context, info) => {
    // Before, for what the fields of the mutation before have read; after, for what this one read before it did something.
    beginTurn(context);
    try {
      return (await resolve(source, args, context, info)) as unknown;
    } finally {
      beginTurn(context);
    }
  };

/** Mutations of one document are done one after the other: each shows what is there after it, not what another has read before. */
export const withTurns = (schema: GraphQLSchema): GraphQLSchema => {
  for (const field of Object.values(schema.getMutationType()?.getFields() ?? {}))
    if (field.resolve !== undefined) field.resolve = inTurn(field.resolve);
  return schema;
};
