import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaBuilderModule, GraphQLSchemaFactory } from '@nestjs/graphql';
import { lexicographicSortSchema, printSchema } from 'graphql';
import { GRAPHQL_RESOLVERS } from './resolvers.js';

/** The schema as text, as docs/schema.graphql has it: what a client is generated from. */
export const schemaText = async (): Promise<string> => {
  const app = await NestFactory.createApplicationContext(GraphQLSchemaBuilderModule, { logger: false });
  const schema = await app.get(GraphQLSchemaFactory).create([...GRAPHQL_RESOLVERS]);
  await app.close();
  return `${printSchema(lexicographicSortSchema(schema))}\n`;
};
