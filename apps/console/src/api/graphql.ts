import { initGraphQLTada } from 'gql.tada';
import type { introspection } from '#schema';

/**
 * Writes a document of the API; what it asks for and what it answers is typed by `docs/schema.graphql`. A moment is ISO 8601, a length
 * of time whole milliseconds, and a percentile µs, or `timeout`.
 */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTime: string; Duration: number; Percentile: number | 'timeout'; Json: unknown };
}>();

export type { ResultOf } from 'gql.tada';
