import type { DynamicModule } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { AUTHENTICATOR, type Authenticator, LOGGER, type Logger } from '#runtime';
import { createExecutionCheck, type ExecutionContext } from './execution-check.js';
import { fieldsWithoutPolicy } from './field-policy.js';
import { createGraphqlDoor, sayGraphqlType, statusOfPartial } from './graphql-door.js';
import { formatErrors } from './graphql-errors.js';
import {
  DOCUMENT_RULES,
  DOCUMENTS_KEPT,
  GRAPHQL_BYTES_MAX,
  noSubscriptionsRule,
  TOKENS_MAX,
} from './graphql-limits.js';
import { withTurns } from './mutation-turns.js';
import { COST_MAX } from './query-cost.js';

/** How GraphQL is served. */
export interface GraphqlSettings {
  /** Whether the schema is told to whoever may look. */
  readonly isIntrospectionOn: boolean;
}

/** A field that says nothing of who may select it is a wrong program: it would refuse everybody. */
const withPolicies = (schema: GraphQLSchema): GraphQLSchema => {
  const silent = fieldsWithoutPolicy(schema);
  if (silent.length > 0) throw new Error(`without a policy: ${silent.join(', ')}`);
  return schema;
};

const costTold = ({ tocsinCost }: ExecutionContext) =>
  tocsinCost === undefined ? {} : { extensions: { cost: { asked: tocsinCost, max: COST_MAX } } };

const optionsOf = (
  authenticator: Authenticator,
  logger: Logger,
  { isIntrospectionOn }: GraphqlSettings,
): MercuriusDriverConfig => ({
  path: '/graphql',
  autoSchemaFile: true,
  sortSchema: true,
  transformSchema: (schema) => withTurns(withPolicies(schema)),
  graphiql: false,
  subscription: false,
  allowBatchedQueries: false,
  cache: DOCUMENTS_KEPT,
  validationRules: [...DOCUMENT_RULES, noSubscriptionsRule],
  graphql: { parseOptions: { maxTokens: TOKENS_MAX } },
  additionalRouteOptions: {
    bodyLimit: GRAPHQL_BYTES_MAX,
    preParsing: createGraphqlDoor(authenticator) as never,
    onSend: sayGraphqlType as never,
  },
  hooks: {
    preExecution: async (schema, document, context, variables) => {
      createExecutionCheck({ isIntrospectionOn })(schema, document, context as never, variables as never);
    },
    onResolution: async (execution, context) => {
      Object.assign(execution, costTold(context as never));
    },
  },
  errorFormatter: (execution, context) => {
    const { statusCode, errors } = formatErrors(execution, logger);
    const response = { data: execution.data ?? null, errors: errors as never, ...costTold(context as never) };
    const { reply } = context as unknown as { readonly reply?: { readonly request: FastifyRequest } };
    return { statusCode: statusOfPartial(statusCode, reply?.request), response };
  },
});

/** GraphQL at `/graphql`, on the same server. */
export const graphqlModule = (settings: GraphqlSettings): DynamicModule =>
  GraphQLModule.forRootAsync<MercuriusDriverConfig>({
    driver: MercuriusDriver,
    inject: [AUTHENTICATOR, LOGGER],
    useFactory: (authenticator: Authenticator, logger: Logger) => optionsOf(authenticator, logger, settings),
  });
