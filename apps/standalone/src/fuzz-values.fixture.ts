import fc, { type Arbitrary } from 'fast-check';
import { systemClock } from '#runtime';

/** A JSON Schema as the API document has it. */
export type Schema = Readonly<Record<string, unknown>>;

/** What exists: the name of a property → values that it has in the lists. */
export type Known = ReadonlyMap<string, readonly string[]>;

/** What values are made from. */
export interface Source {
  /** Those that have a name, by their reference. */
  readonly schemas: Readonly<Record<string, Schema>>;
  readonly known: Known;
}

/** Levels of a value at most: what refers to itself ends there. */
const DEPTH_MAX = 6;
/** Entries of a list at most: enough for two that are alike, and few enough for thousands of requests. */
const ENTRIES_MAX = 3;
/** Longest text of a valid value, unless its schema asks for more. */
const TEXT_MAX = 40;

/** Values that fit nowhere, or only just. */
export const hostileValue: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 0.5, 1e308, 2 ** 53, 2 ** 63, -(2 ** 31) - 1, '', '\0', 'a\0b', [], {}),
  fc.constantFrom<unknown>(
    '\ud800',
    'a\udfff',
    '\u202e',
    '%00',
    "'; select 1 --",
    '../../etc/passwd',
    '${7*7}',
    '__proto__',
  ),
  fc.constantFrom<unknown>(
    '1e999',
    '-0',
    'NaN',
    '9'.repeat(40),
    'P9999999999Y',
    '-1h',
    '99999999999d',
    '2021-02-30T25:61:61Z',
  ),
  fc.constantFrom<unknown>([[[[[]]]]], [null], [{}], { constructor: 1 }, { length: 1e9 }, 'z'.repeat(10_000)),
  // Any code points, halves of pairs too; not shrunk, which would take a table of all of them.
  fc.array(fc.integer({ min: 0, max: 0x10ffff }), { maxLength: 30 }).map((points) => String.fromCodePoint(...points)),
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Of each kind one: to make a text that is shrunk costs more than a thousand texts, and the schemas have few kinds. */
const once = <Key, T>(make: (key: Key) => T): ((key: Key) => T) => {
  const made = new Map<Key, T>();
  return (key) => {
    // What cannot be made is remembered, too.
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key) as T;
  };
};

const numberOf = (schema: Schema, name: 'minimum' | 'maximum' | 'exclusiveMinimum' | 'exclusiveMaximum') => {
  const value = schema[name];
  return typeof value === 'number' ? value : undefined;
};

const integerOf = (schema: Schema): Arbitrary<number> => {
  const least = numberOf(schema, 'minimum') ?? (numberOf(schema, 'exclusiveMinimum') ?? -2) + 1;
  const most = numberOf(schema, 'maximum') ?? Number.MAX_SAFE_INTEGER;
  const [min, max] = [Math.ceil(least), Math.max(Math.ceil(least), Math.floor(most))];
  const now = systemClock.nowMs();
  const near = min <= now && now <= max ? [fc.integer({ min: -600_000, max: 600_000 }).map((by) => now + by)] : [];
  return fc.oneof(fc.integer({ min, max }), fc.integer({ min, max: Math.min(max, min + 100) }), ...near);
};

const floatOf = (schema: Schema): Arbitrary<number> => {
  const min = numberOf(schema, 'minimum') ?? numberOf(schema, 'exclusiveMinimum') ?? -1e9;
  const max = numberOf(schema, 'maximum') ?? numberOf(schema, 'exclusiveMaximum') ?? 1e9;
  return fc.double({ min, max, noNaN: true });
};

const matching = once((pattern: string): Arbitrary<string> | undefined => {
  try {
    return fc.stringMatching(new RegExp(pattern, 'u'));
  } catch {
    // What fast-check cannot make from a pattern, any text stands for: it is refused, which is an answer too.
    return undefined;
  }
});

/** Texts of at least and at most so many characters. */
const plainText = once((minLength: number) =>
  once((maxLength: number) =>
    fc.oneof(fc.string({ minLength, maxLength }), fc.string({ minLength, maxLength, unit: 'grapheme' })),
  ),
);

const textOf = (schema: Schema, name: string, { known }: Source): Arbitrary<string> => {
  const { pattern, format, minLength, maxLength } = schema;
  const min = typeof minLength === 'number' ? minLength : 0;
  const max = Math.max(min, Math.min(TEXT_MAX, typeof maxLength === 'number' ? maxLength : TEXT_MAX));
  const time = fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
    .map((date) => date.toISOString());
  const made =
    format === 'date-time' ? time : (typeof pattern === 'string' && matching(pattern)) || plainText(min)(max);
  const existing = known.get(name) ?? [...known.values()].flat();
  return existing.length === 0 ? made : fc.oneof(made, fc.constantFrom(...existing));
};

const objectOf = (schema: Schema, source: Source, depth: number): Arbitrary<unknown> => {
  const properties = Object.entries((schema['properties'] ?? {}) as Readonly<Record<string, Schema>>);
  const required = (schema['required'] ?? []) as readonly string[];
  const arbitraries = Object.fromEntries(
    properties
      .filter(([name]) => depth < DEPTH_MAX || required.includes(name))
      .map(([name, each]) => [name, valueOf(each, source, name, depth + 1)]),
  );
  const own = fc.record(arbitraries, { requiredKeys: required.filter((name) => Object.hasOwn(arbitraries, name)) });
  const { additionalProperties } = schema;
  if (typeof additionalProperties !== 'object' || additionalProperties === null) return own;
  const names = textOf((schema['propertyNames'] ?? {}) as Schema, 'key', source);
  const values = valueOf(additionalProperties as Schema, source, 'value', depth + 1);
  const more = fc.dictionary(names, values, { maxKeys: ENTRIES_MAX });
  return fc.tuple(own, more).map(([some, others]) => ({ ...others, ...some }));
};

const listOf = (schema: Schema, source: Source, name: string, depth: number): Arbitrary<unknown> => {
  const { prefixItems, items = {}, minItems } = schema;
  if (Array.isArray(prefixItems))
    return fc.tuple(...(prefixItems as readonly Schema[]).map((each) => valueOf(each, source, name, depth + 1)));
  const minLength = typeof minItems === 'number' ? minItems : 0;
  const maxLength = Math.max(minLength, depth < DEPTH_MAX ? ENTRIES_MAX : 0);
  return fc.array(valueOf(items as Schema, source, name, depth + 1), { minLength, maxLength });
};

const ANY_JSON = fc.jsonValue({ maxDepth: 2 });

const namedOf = (reference: string, { schemas }: Source): Schema => schemas[reference.split('/').at(-1) ?? ''] ?? {};

/**
 * Values that a schema takes: of the name that it stands under half of the texts are ones that exist. A keyword that is not known here makes
 * the values wider, never an error.
 */
export const valueOf = (schema: Schema, source: Source, name = '', depth = 0): Arbitrary<unknown> => {
  const { $ref, enum: values, type } = schema;
  if (typeof $ref === 'string')
    return depth > DEPTH_MAX + 2 ? fc.constant(null) : valueOf(namedOf($ref, source), source, name, depth + 1);
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(values)) return fc.constantFrom(...(values as readonly unknown[]));
  const choices = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined;
  if (choices !== undefined) return fc.oneof(...choices.map((each) => valueOf(each, source, name, depth + 1)));
  if (type === 'object') return objectOf(schema, source, depth);
  if (type === 'array') return listOf(schema, source, name, depth);
  if (type === 'string') return textOf(schema, name, source);
  if (type === 'integer') return integerOf(schema);
  if (type === 'number') return floatOf(schema);
  if (type === 'boolean') return fc.boolean();
  return type === 'null' ? fc.constant(null) : ANY_JSON;
};

/** The value with one place of it replaced, or a name added; `path` chooses the place. */
export const spoiled = (value: unknown, path: readonly number[], by: unknown): unknown => {
  const [at, ...rest] = path;
  if (at === undefined || typeof value !== 'object' || value === null) return by;
  const names = Object.keys(value);
  const name = names[at % (names.length + 1)];
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return name === undefined ? [...items, by] : items.with(Number(name), spoiled(items[Number(name)], rest, by));
  }
  const held = value as Readonly<Record<string, unknown>>;
  return name === undefined ? { ...held, unheardOf: by } : { ...held, [name]: spoiled(held[name], rest, by) };
};
