import type { DynamicModule } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { AUTHENTICATOR, type Authenticator, LOGGER, type Logger } from '#runtime';
import { createGraphqlDoor } from './graphql-door.js';
import { formatErrors } from './graphql-errors.js';
import { DEPTH_MAX, DOCUMENTS_KEPT, GRAPHQL_BYTES_MAX, rootFieldsRule, TOKENS_MAX } from './graphql-limits.js';

const optionsOf = (authenticator: Authenticator, logger: Logger): MercuriusDriverConfig => ({
  path: '/graphql',
  autoSchemaFile: true,
  sortSchema: true,
  graphiql: false,
  subscription: false,
  cache: DOCUMENTS_KEPT,
  queryDepth: DEPTH_MAX,
  validationRules: [rootFieldsRule],
  graphql: { parseOptions: { maxTokens: TOKENS_MAX } },
  additionalRouteOptions: { bodyLimit: GRAPHQL_BYTES_MAX, preParsing: createGraphqlDoor(authenticator) as never },
  errorFormatter: (execution) => {
    const { statusCode, errors } = formatErrors(execution, logger);
    return { statusCode, response: { data: execution.data ?? null, errors: errors as never } };
  },
});

/** GraphQL at `/graphql`, on the same server. */
export const graphqlModule = (): DynamicModule =>
  GraphQLModule.forRootAsync<MercuriusDriverConfig>({
    driver: MercuriusDriver,
    inject: [AUTHENTICATOR, LOGGER],
    useFactory: optionsOf,
  });
