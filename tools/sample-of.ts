import { z } from 'zod';

type JsonSchema = Readonly<Record<string, unknown>>;

/** Texts of which one fits each pattern and length of an answer: a zone, a name, a digest, a country, a day, an address. */
const TEXTS = [
  'UTC',
  'ab1',
  'a'.repeat(64),
  'US',
  '2021-07-22',
  '11:47',
  '2021-07-22T11:47:00Z',
  'https://tocsin.test/',
];

const textOf = ({ pattern, minLength = 0, maxLength = Infinity, enum: words }: JsonSchema): string => {
  if (Array.isArray(words)) return String(words.at(-1));
  const fits = (text: string): boolean =>
    (typeof pattern !== 'string' || new RegExp(pattern, 'u').test(text)) &&
    text.length >= Number(minLength) &&
    text.length <= Number(maxLength);
  const found = TEXTS.find(fits);
  if (found === undefined) throw new Error(`no text fits ${String(pattern)}`);
  return found;
};

const numberOf = ({ multipleOf, minimum, exclusiveMinimum, maximum, exclusiveMaximum }: JsonSchema): number => {
  if (typeof multipleOf === 'number') return multipleOf;
  const least = Math.max(Number(minimum ?? 0), Number(exclusiveMinimum ?? 0));
  const most = Math.min(Number(maximum ?? Infinity), Number(exclusiveMaximum ?? Infinity));
  return least + 1 <= Number(maximum ?? most - 1) ? least + 1 : (least + most) / 2;
};

/** How a field of a map is called. */
const namedBy = ({ propertyNames }: JsonSchema): string => textOf((propertyNames ?? {}) as JsonSchema);

const sample = (schema: JsonSchema, defs: Readonly<Record<string, JsonSchema>>): unknown => {
  const of = (inner: unknown): unknown => sample((inner ?? {}) as JsonSchema, defs);
  const { $ref, anyOf, oneOf, type, properties, items, additionalProperties, minItems } = schema;
  if (typeof $ref === 'string') return of(defs[$ref.split('/').at(-1) ?? '']);
  if ('const' in schema) return schema['const'];
  const either = (anyOf ?? oneOf) as readonly JsonSchema[] | undefined;
  // What may be null is something, so that whoever shows it has something to show.
  if (either !== undefined) return of(either.find((each) => each['type'] !== 'null') ?? either[0]);
  if (Array.isArray(type)) return of({ ...schema, type: type.find((each) => each !== 'null') });
  if (Array.isArray(schema['enum']) && type === undefined) return schema['enum'].at(-1);
  switch (type) {
    case 'string':
      return textOf(schema);
    case 'integer':
    case 'number':
      return numberOf(schema);
    case 'boolean':
      return true;
    case 'array':
      return Array.from({ length: Math.max(1, Number(minItems ?? 1)) }, () => of(items));
    case 'object': {
      if (properties === undefined) return { [namedBy(schema)]: of(additionalProperties) };
      const fields = Object.entries(properties as Record<string, JsonSchema>);
      return Object.fromEntries(fields.map(([name, field]) => [name, of(field)]));
    }
    case 'null':
      return null;
    default:
      return 'ab1';
  }
};

/**
 * Something that a schema lets out, every field of it filled, the last word of each choice; `mend` makes it right where a rule binds
 * fields to one another. Throws where it makes what the schema refuses.
 */
export const sampleOf = (schema: z.ZodType, mend: (made: unknown) => void = () => undefined): unknown => {
  const { $defs = {}, ...root } = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }) as JsonSchema & {
    readonly $defs?: Readonly<Record<string, JsonSchema>>;
  };
  const made = sample(root, $defs);
  mend(made);
  schema.parse(made);
  return made;
};
