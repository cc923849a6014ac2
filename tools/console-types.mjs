/**
 * Writes what the console knows of the API: the types of docs/schema.graphql, in the form in which gql.tada reads them. They are built,
 * never kept, so that a field that is gone from the schema cannot stay in a page.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { minifyIntrospection, outputIntrospectionFile } from '@gql.tada/internal';
import { buildSchema, introspectionFromSchema } from 'graphql';

const schema = buildSchema(readFileSync('docs/schema.graphql', 'utf8'));
const introspection = minifyIntrospection(introspectionFromSchema(schema, { descriptions: false }));
mkdirSync('dist/console-types', { recursive: true });
writeFileSync(
  'dist/console-types/schema.d.ts',
  outputIntrospectionFile(introspection, { fileType: '.d.ts', shouldPreprocess: true }),
);
