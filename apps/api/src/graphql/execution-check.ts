import { type DocumentNode, type GraphQLSchema, Kind, visit } from 'graphql';
import { isRefusal, refuse, type Refusal } from '#contracts';
import { type KnownRequest, Refused } from '#runtime';
import { refuseFields } from './field-policy.js';
import { COST_MAX, costOf } from './query-cost.js';

/** What Mercurius hands from hook to hook. */
export interface ExecutionContext {
  readonly reply?: { readonly request: KnownRequest };
  /** What the operation may cost; told in the answer. */
  tocsinCost?: number;
}

const SCHEMA_FIELDS = new Set(['__schema', '__type']);

const asksForSchema = (document: DocumentNode): boolean => {
  let asks = false;
  visit(document, {
    [Kind.FIELD]: ({ name }: { readonly name: { readonly value: string } }) => {
      asks ||= SCHEMA_FIELDS.has(name.value);
    },
  });
  return asks;
};

/** How an operation is checked. */
interface CheckSettings {
  readonly isIntrospectionOn: boolean;
  /** What an answer may cost at most. */
  readonly costMax?: number;
}

/** Before an operation is executed, each time: what depends on who asks, and on variables. */
export const createExecutionCheck = ({ isIntrospectionOn, costMax = COST_MAX }: CheckSettings) => {
  const refusalOf = (
    schema: GraphQLSchema,
    document: DocumentNode,
    context: ExecutionContext,
    variables: Readonly<Record<string, unknown>>,
  ): Refusal | undefined => {
    const caller = context.reply?.request.principal;
    if (caller === undefined) return refuse('KEY_MISSING', 'nobody is known to ask');
    if (!isIntrospectionOn && asksForSchema(document))
      return refuse('PERMISSION_DENIED', 'the schema is not told here: it is in the documents of Tocsin');
    const refusal = refuseFields(schema, document, caller);
    if (isRefusal(refusal)) return refusal;
    const cost = costOf(schema, document, variables);
    context.tocsinCost = cost;
    return cost > costMax
      ? refuse(
          'QUERY_TOO_COSTLY',
          `it may cost ${cost}, of ${costMax} at most: ask for fewer items, or for less of each`,
        )
      : undefined;
  };
  return (
    schema: GraphQLSchema,
    document: DocumentNode,
    context: ExecutionContext,
    variables: Readonly<Record<string, unknown>> | null | undefined,
  ): void => {
    const refusal = refusalOf(schema, document, context, variables ?? {});
    if (refusal !== undefined) throw new Refused(refusal);
  };
};
