import type { initGraphQLTada } from 'gql.tada';
import type { introspection } from '#schema';

interface Setup {
  introspection: introspection;
  scalars: { DateTime: string; Duration: number; Percentile: number | 'timeout'; Json: unknown };
  /** What a fragment asks for stands in the answer as if the document asked for it itself. */
  disableMasking: true;
}

/**
 * Writes a document of the API; what it asks for and what it answers is typed by `docs/schema.graphql`. A moment is ISO 8601, a length
 * of time whole milliseconds, and a percentile µs, or `timeout`. A document is its text and nothing else: to parse it and to print it
 * again would be 7 kB of every first load. The fragments that it spreads follow it, so none of them may spread another.
 */
export const graphql = ((text: string, fragments: readonly string[] = []) =>
  [text, ...fragments].join('')) as unknown as ReturnType<typeof initGraphQLTada<Setup>>;

/** The text of a document, as it is sent. */
export const textOf = (document: unknown): string => document as string;

export type { ResultOf } from 'gql.tada';
