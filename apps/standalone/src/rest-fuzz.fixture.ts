import fc from 'fast-check';
import type { OpenApi, Operation } from '#runtime';
import { createDice, fieldsOf, mutateFields, textOfFields } from '#testing';

type Schema = Readonly<Record<string, unknown>>;

/** Deeper than every schema of ours; below it stands null, which then is one more thing that does not fit. */
const DEPTH_MAX = 12;
/** Longer arrays and texts find nothing that these do not; the bounds themselves are tried by the hostile changes. */
const LENGTH_MAX = 4;

/** Words that ids, names and texts are made of here: some that exist, some that break who pastes text into text. */
const WORDS = [
  'n1',
  'in1',
  'fleet',
  'v2.1.4',
  '0',
  '-1',
  '',
  ' ',
  "' or 1=1 --",
  '\u0000',
  '../..',
  '%00',
  '𝒳',
  '{}',
  'z'.repeat(300),
];
const text = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'grapheme', maxLength: 20 }));

const numbers = ({ type, minimum = -10, maximum = 1e6 }: { type?: unknown; minimum?: number; maximum?: number }) =>
  type === 'integer'
    ? fc.integer({ min: Math.ceil(minimum), max: Math.max(Math.ceil(minimum), Math.min(maximum, 2 ** 53 - 1)) })
    : fc.double({ min: minimum, max: Math.max(minimum, maximum), noNaN: true });

const objects = (schema: Schema, document: OpenApi, depth: number): fc.Arbitrary<unknown> => {
  const {
    properties = {},
    required = [],
    additionalProperties,
  } = schema as {
    properties?: Record<string, Schema>;
    required?: readonly string[];
    additionalProperties?: Schema;
  };
  if (Object.keys(properties).length === 0 && typeof additionalProperties === 'object')
    return fc.dictionary(text, arbitraryOf(additionalProperties, document, depth + 1), { maxKeys: LENGTH_MAX });
  const model = Object.entries(properties).map(([name, of]) => [name, arbitraryOf(of, document, depth + 1)] as const);
  return fc.record(Object.fromEntries(model), { requiredKeys: [...required] });
};

/** What fits a JSON Schema of the document, in type and mostly in bounds: patterns and formats are met by luck alone. */
export const arbitraryOf = (schema: Schema, document: OpenApi, depth = 0): fc.Arbitrary<unknown> => {
  if (depth > DEPTH_MAX) return fc.constant(null);
  const { $ref, enum: words, anyOf, oneOf, type, items } = schema;
  if (typeof $ref === 'string') {
    const named = document.components['schemas']?.[$ref.split('/').at(-1) ?? ''];
    return arbitraryOf((named ?? {}) as Schema, document, depth + 1);
  }
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(words)) return fc.constantFrom<unknown>(...words);
  const either = (anyOf ?? oneOf) as readonly Schema[] | undefined;
  if (either !== undefined) return fc.oneof(...either.map((each) => arbitraryOf(each, document, depth + 1)));
  if (type === 'array')
    return fc.array(arbitraryOf((items ?? {}) as Schema, document, depth + 1), { maxLength: LENGTH_MAX });
  if (type === 'object') return objects(schema, document, depth);
  if (type === 'string') return text;
  if (type === 'integer' || type === 'number') return numbers(schema);
  if (type === 'boolean') return fc.boolean();
  return fc.jsonValue({ maxDepth: 2 });
};

/** A request, as it is sent. */
export interface FuzzedRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly contentType: string;
}

/** Asked to wait, a request does: none is here. */
const asked = (name: string, value: unknown): string => (name === 'waitMs' ? '0' : String(value));

const bodyOf = (operation: Operation, document: OpenApi): fc.Arbitrary<Pick<FuzzedRequest, 'body' | 'contentType'>> => {
  const [contentType, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  if (contentType === undefined || content === undefined)
    return fc.constant({ body: undefined, contentType: 'application/json' });
  const good = arbitraryOf(
    contentType === 'application/json' && content.schema['description'] === undefined ? content.schema : {},
    document,
  );
  return fc.tuple(good, fc.nat(), fc.boolean()).map(([value, seed, isHostile]) => {
    const isObject =
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
    const body =
      isHostile && isObject
        ? textOfFields(mutateFields(createDice(seed), fieldsOf(value)))
        : (JSON.stringify(value) ?? 'null');
    return { body, contentType };
  });
};

/** Requests of one operation: what it says that it takes, and half of the bodies changed by a hostile hand. */
export const requestsOf = (
  method: string,
  path: string,
  operation: Operation,
  document: OpenApi,
): fc.Arbitrary<FuzzedRequest> => {
  const parameters = operation.parameters.flatMap((each) => ('in' in each ? [each] : []));
  const values = Object.fromEntries(parameters.map(({ name, schema }) => [name, arbitraryOf(schema, document)]));
  const needed = parameters
    .filter(({ in: place, name }) => place === 'path' || name === 'waitMs')
    .map(({ name }) => name);
  const told = method === 'GET' ? fc.constant({ body: undefined, contentType: '' }) : bodyOf(operation, document);
  return fc.tuple(fc.record(values, { requiredKeys: needed }), told).map(([given, { body, contentType }]) => {
    const query = new URLSearchParams();
    for (const { name } of parameters.filter(
      ({ in: place, name: each }) => place === 'query' && Object.hasOwn(given, each),
    ))
      for (const value of [given[name]].flat()) query.append(name, asked(name, value));
    const filled = path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => encodeURIComponent(asked(name, given[name])));
    return { method, path: `${filled}?${query.toString()}`, body, contentType };
  });
};
