import { z } from 'zod';
import { ConfigError, type Environment, readCostModelFile, readSettings } from '#config';
import { type CostModel, costModelSchema } from '#contracts';

const schema = z.object({
  /** A file of formulas that estimate costs; without it reports show what was measured and estimate nothing. */
  COST_MODEL_FILE: z.string().optional(),
});

/** Reads the model of costs; throws a `ConfigError` with everything that is wrong with its file. */
export const readCostModel = (env: Environment): CostModel => {
  const { COST_MODEL_FILE: path } = readSettings(env, schema);
  if (path === undefined) return costModelSchema.parse({});
  const { config, problems } = readCostModelFile(path);
  if (config === undefined) throw new ConfigError(problems);
  return config;
};

const graphqlSchema = z.object({
  /** `off`: the schema is not told by introspection; it is in the documents of Tocsin all the same. */
  GRAPHQL_INTROSPECTION: z.enum(['on', 'off']).default('on'),
});

/** Reads how GraphQL is served. */
export const readGraphqlSettings = (env: Environment): { readonly isIntrospectionOn: boolean } => ({
  isIntrospectionOn: readSettings(env, graphqlSchema).GRAPHQL_INTROSPECTION === 'on',
});
