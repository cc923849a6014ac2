import { GraphQLError } from 'graphql';
import { problemDocument, PROBLEMS, refuse, type Refusal } from '#contracts';
import { type Logger, refusalOf } from '#runtime';

/** An error as it is sent: `extensions` is the problem document, with its code. */
interface SentError {
  readonly message: string;
  readonly locations?: readonly unknown[];
  readonly path?: readonly (string | number)[];
  readonly extensions: object;
}

const isProblem = ({ extensions }: GraphQLError): boolean =>
  typeof extensions['code'] === 'string' && extensions['code'] in PROBLEMS;

// Mercurius gathers what is wrong with a document in one error.
const gathered = (error: GraphQLError): readonly Error[] | undefined => {
  const { errors } = (error.originalError ?? {}) as { readonly errors?: unknown };
  return Array.isArray(errors) ? (errors as readonly Error[]) : undefined;
};

const sent = (error: Error, refusal: Refusal): SentError => {
  const { locations, path } = error instanceof GraphQLError ? error : ({} as Partial<GraphQLError>);
  return {
    message: refusal.detail,
    ...(locations === undefined ? {} : { locations }),
    ...(path === undefined ? {} : { path }),
    extensions: problemDocument(refusal),
  };
};

// The schema is told to whoever may look, by introspection; an error is not the place to guess names.
const withoutGuesses = (message: string): string => message.replace(/ Did you mean [^?]*\?/g, '');

/** Why a document is refused that does not parse, or does not fit the schema. */
export const refusalOfDocument = ({ message }: Error): Refusal =>
  message.startsWith('Syntax Error')
    ? refuse('QUERY_INVALID', message)
    : refuse('DOCUMENT_INVALID', withoutGuesses(message));

const describe = (error: GraphQLError, logger: Pick<Logger, 'error'>): readonly SentError[] => {
  if (isProblem(error)) return [error.toJSON() as SentError];
  const wrong = gathered(error);
  if (wrong !== undefined) return wrong.map((each) => sent(each, refusalOfDocument(each)));
  const known = refusalOf(error.originalError);
  // An argument of the wrong type, a result that does not fit the schema: the first is known by having no cause and no path.
  if (known !== undefined) return [sent(error, known)];
  if (error.originalError === undefined && error.path === undefined)
    return [sent(error, refuse('QUERY_INVALID', withoutGuesses(error.message)))];
  logger.error({ err: error }, 'a GraphQL operation failed');
  return [sent(error, refuse('INTERNAL', 'the error was logged'))];
};

const statusOf = (errors: readonly SentError[]): number =>
  (errors[0]?.extensions as { readonly status?: number } | undefined)?.status ?? 500;

/**
 * Errors of an operation, each with its problem. What was executed is answered with 200, also when a part of it
 * failed; what was not (not parsed, not valid, too large) with the status of its problem.
 */
export const formatErrors = (
  execution: { readonly data?: unknown; readonly errors?: readonly GraphQLError[] | undefined },
  logger: Pick<Logger, 'error'>,
): { readonly statusCode: number; readonly errors: readonly SentError[] } => {
  const errors = (execution.errors ?? []).flatMap((error) => describe(error, logger));
  const wasExecuted = (execution.data ?? null) !== null || errors.some(({ path }) => path !== undefined);
  return { statusCode: wasExecuted ? 200 : statusOf(errors), errors };
};
