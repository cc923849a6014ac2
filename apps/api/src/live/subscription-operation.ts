import {
  type DocumentNode,
  type ExecutionArgs,
  execute,
  type ExecutionResult,
  createSourceEventStream,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { problemDocument, refuse, type Refusal } from '#contracts';
import { Refused } from '#runtime';
import { createExecutionCheck, type ExecutionContext } from '../graphql/execution-check.js';
import { refusalOfDocument } from '../graphql/graphql-errors.js';
import { DOCUMENT_RULES, TOKENS_MAX } from '../graphql/graphql-limits.js';
import { SUBSCRIPTION_COST_MAX } from '../graphql/query-cost.js';
import { withTurn } from '../loaders/loaders.js';
import type { SharedTurns } from './shared-turns.js';

/** What a client wants to subscribe to. */
export interface Subscribing {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Nothing is asked of the schema here: a client that wants it asks by POST, which knows who may. */
const RULES = [...specifiedRules, NoSchemaIntrospectionCustomRule, ...DOCUMENT_RULES];

/** A refusal as the protocol tells it. */
export const toldAs = (refusal: Refusal): GraphQLError =>
  new GraphQLError(refusal.detail, { extensions: { ...problemDocument(refusal) } });

const invalid = (error: Error): GraphQLError => toldAs(refusalOfDocument(error));

const check = createExecutionCheck({ isIntrospectionOn: false, costMax: SUBSCRIPTION_COST_MAX });

const refusalOf = (attempt: () => void): Refusal | undefined => {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
};

const parsed = (query: string): DocumentNode | GraphQLError => {
  try {
    return parse(query, { maxTokens: TOKENS_MAX });
  } catch (error) {
    if (error instanceof GraphQLError) return invalid(error);
    throw error;
  }
};

/** What is executed, or why nothing is: a socket takes subscriptions alone, under the limits of every other document. */
export const subscriptionOf = (
  schema: GraphQLSchema,
  { query, operationName, variables }: Subscribing,
  contextValue: ExecutionContext,
): ExecutionArgs | readonly GraphQLError[] => {
  const document = parsed(query);
  if (document instanceof GraphQLError) return [document];
  const wrong = validate(schema, document, RULES);
  if (wrong.length > 0) return wrong.map(invalid);
  if (getOperationAST(document, operationName)?.operation !== 'subscription')
    return [toldAs(refuse('DOCUMENT_INVALID', 'a socket takes subscriptions; send queries and mutations with POST'))];
  const refusal = refusalOf(() => check(schema, document, contextValue, variables));
  if (refusal !== undefined) return [toldAs(refusal)];
  return { schema, document, operationName, variableValues: variables, contextValue };
};

const isStream = (given: AsyncIterable<unknown> | ExecutionResult): given is AsyncIterable<unknown> =>
  Symbol.asyncIterator in given;

/**
 * Runs a subscription. Each event is executed with a context of its own: what is kept for the length of a request must not be kept
 * for the hours of a subscription. What is read beside a change is read once for all who hear of it.
 */
export const subscribeAnew = async (
  args: ExecutionArgs,
  turns: SharedTurns,
): Promise<AsyncGenerator<ExecutionResult> | ExecutionResult> => {
  const contextOf = (value: unknown): object => withTurn(args.contextValue as object, turns.of(value));
  const source = await createSourceEventStream({ ...args, contextValue: contextOf(undefined) });
  if (!isStream(source)) return source;
  const events = source[Symbol.asyncIterator]();
  const resultOf = async ({ done, value }: IteratorResult<unknown>): Promise<IteratorResult<ExecutionResult>> => {
    if (done === true) return { done, value: undefined };
    return { done: false, value: await execute({ ...args, rootValue: value, contextValue: contextOf(value) }) };
  };
  const end = async (): Promise<IteratorResult<ExecutionResult>> => {
    await events.return?.();
    return { done: true, value: undefined };
  };
  // No generator function: one that waits for the next event does not hear that it should return before there is one.
  const results = { next: async () => resultOf(await events.next()), return: end, throw: end };
  return Object.assign(results, {
    [Symbol.asyncIterator]: () => results,
  }) as unknown as AsyncGenerator<ExecutionResult>;
};
