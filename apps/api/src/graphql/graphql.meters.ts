import type { FastifyInstance } from 'fastify';
import type { DocumentNode } from 'graphql';
import { counterOf, type Meters, type OpenSpan, type Traces } from '#runtime';
// Its types say what Fastify has once it is registered.
import type {} from 'mercurius';

/** Three kinds of operations, two results each. */
const OPERATIONS = counterOf(
  'tocsin_graphql_operations_total',
  "GraphQL operations that were executed, by kind and by whether their answer holds errors. Names are the caller's words, and no labels.",
  ['operation', 'result'],
  6,
);

const kindOf = ({ definitions }: DocumentNode): string => {
  const operation = definitions.find((definition) => definition.kind === 'OperationDefinition');
  return operation?.kind === 'OperationDefinition' ? operation.operation : 'query';
};

/** Counts and traces what is executed; a document that is refused before is counted as a request alone. */
export const meterGraphql = (meters: Meters, traces: Traces, server: FastifyInstance): void => {
  const counts = new Map<string, { readonly labels: Record<'operation' | 'result', string>; value: number }>();
  const begun = new WeakMap<object, { readonly operation: string; readonly span: OpenSpan }>();
  meters.add(OPERATIONS, () => [...counts.values()]);
  server.graphql.addHook('preExecution', async (_schema, document, context) => {
    const operation = kindOf(document);
    begun.set(context, { operation, span: traces.begin('graphql operation', { operation }) });
  });
  server.graphql.addHook('onResolution', async ({ errors }, context) => {
    const { operation = 'query', span } = begun.get(context) ?? {};
    const labels = { operation, result: errors === undefined ? 'ok' : 'errors' };
    span?.end({ result: labels.result }, errors !== undefined);
    const key = `${labels.operation} ${labels.result}`;
    const known = counts.get(key) ?? { labels, value: 0 };
    known.value += 1;
    counts.set(key, known);
  });
};
