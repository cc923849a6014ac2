import type { z } from 'zod';
import { isRefusal, type Principal, problemDocument, PROBLEMS, type Refusal } from '#contracts';
import { onceBy, readBody, Refused } from '#runtime';
import { saying } from '../../act-metadata.js';
import {
  enumType,
  type FieldSpec,
  inputType,
  many,
  maybe,
  objectType,
  one,
  type SchemaType,
  text,
  withoutNulls,
} from './define.js';

/** What somebody may mend; 401, 403, 429 and what is ours are errors of the operation. */
const NOT_THE_INPUT: ReadonlySet<number> = new Set([401, 403, 429]);

const isOfTheInput = ({ refused }: Refusal): boolean => {
  const { status } = PROBLEMS[refused];
  return status < 500 && !NOT_THE_INPUT.has(status);
};

const codes = Object.entries(PROBLEMS).flatMap(([code, { status }]) =>
  status < 500 && !NOT_THE_INPUT.has(status) ? [code] : [],
);
const UserErrorCode = enumType('UserErrorCode', codes, 'Why something was not done: the codes of problem documents.');

const UserErrorType = objectType(
  'UserError',
  { about: 'Why a mutation did not do what it was asked: the same refusal that REST answers with a problem document.' },
  {
    code: one(() => UserErrorCode, 'For programs.'),
    message: text('For people.'),
    path: maybe(many(text('Where in the input; null: it is about no one field.'))),
  },
);

const CLIENT_MUTATION_ID = maybe(
  text(
    'The idempotency key: with it the same mutation is done once, however often it is sent within a day. It comes back as it was sent.',
  ),
);

/** What a mutation is sent. */
export const mutationInput = (name: string, fields: Readonly<Record<string, FieldSpec>>): SchemaType =>
  inputType(`${name}Input`, `What ${name} is sent.`, { ...fields, clientMutationId: CLIENT_MUTATION_ID });

/** What mutations answer: the thing as it is then, or why nothing was done. */
export const payloadType = (name: string, fields: Readonly<Record<string, FieldSpec>>): SchemaType => {
  const nullable = Object.entries(fields).map(([field, spec]) => [field, maybe(spec)] as const);
  return objectType(
    `${name}Payload`,
    { about: `What a mutation of ${name} answers: either it was done, or userErrors says why not.` },
    {
      ...Object.fromEntries(nullable),
      userErrors: many(one(() => UserErrorType, 'Empty: it was done.')),
      clientMutationId: maybe(text('As it was sent.')),
    },
  );
};

/** What every input may have. */
export interface MutationInput {
  readonly clientMutationId?: string | null;
}

/** An answer of a mutation. */
export type Payload = Readonly<Record<string, unknown>> & {
  readonly userErrors: readonly {
    readonly code: string;
    readonly message: string;
    readonly path: readonly string[] | null;
  }[];
  readonly clientMutationId: string | null;
};

const pathOf = (pointer: string): readonly string[] | null => {
  const steps = pointer.split('/').filter((step) => step !== '');
  return steps.length === 0 ? null : ['input', ...steps];
};

const userErrorsOf = (refusal: Refusal): Payload['userErrors'] => {
  const { code, detail, errors } = problemDocument(refusal);
  if (errors === undefined) return [{ code, message: detail, path: null }];
  return errors.map((each) => ({ code, message: each.detail, path: pathOf(each.pointer) }));
};

const caught = async <T>(act: () => Promise<T | Refusal>): Promise<T | Refusal> => {
  try {
    return await act();
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
};

/** Does something and answers with the thing, or with why it was not done. Who may not, and what is broken, ends in an error. */
export const payloadOf = async <T>(
  { clientMutationId }: MutationInput,
  act: () => Promise<T | Refusal>,
  show: (done: T) => Readonly<Record<string, unknown>>,
): Promise<Payload> => {
  const answer = { clientMutationId: clientMutationId ?? null };
  const result = await caught(act);
  if (!isRefusal(result)) return { ...show(result), userErrors: [], ...answer };
  if (!isOfTheInput(result)) throw new Refused(result);
  return { userErrors: userErrorsOf(result), ...answer };
};

/** What a mutation is asked, and how its answer names what it is about. */
export interface Mutating {
  readonly input: MutationInput & object;
  readonly caller: Principal;
  /** The field of the payload; none: the answer says all by itself. */
  readonly as?: string;
  /** What of the input names the thing, and is not part of the body. */
  readonly without?: readonly string[];
}

/** Why it is done, where the input says so: it is recorded with the act. */
const commentOf = (said: unknown): string | undefined =>
  typeof said === 'object' && said !== null && 'comment' in said && typeof said.comment === 'string'
    ? said.comment
    : undefined;

/** The caller, whose mutation is done once under its `clientMutationId`; by its name, for inputs of two mutations may be the same. */
const once = ({ input, caller }: Mutating): Principal | Refusal => {
  const { clientMutationId, ...asked } = input;
  if (clientMutationId === undefined || clientMutationId === null) return caller;
  return onceBy(caller, clientMutationId, `mutation ${caller.request?.mutation ?? ''}`, withoutNulls({ ...asked }));
};

/** Reads the input by the schema that REST reads its body by, acts, and answers with the thing. */
export const mutate = <S extends z.ZodType, T>(
  { input, caller, as, without = [] }: Mutating,
  schema: S,
  act: (said: z.output<S>, by: Principal) => Promise<T | Refusal>,
): Promise<Payload> => {
  const isBody = ([key]: [string, unknown]): boolean => key !== 'clientMutationId' && !without.includes(key);
  const body = withoutNulls(Object.fromEntries(Object.entries(input).filter(isBody)));
  return payloadOf(
    input,
    async () => {
      const said = readBody(schema, body);
      if (isRefusal(said)) return said;
      const by = once({ input, caller });
      return isRefusal(by) ? by : act(said, saying(by, commentOf(said)));
    },
    (done) => (as === undefined ? (done as Readonly<Record<string, unknown>>) : { [as]: done }),
  );
};
