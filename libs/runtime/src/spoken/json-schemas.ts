import { z } from 'zod';

/** A JSON Schema, draft 2020-12, which is what OpenAPI 3.1 speaks. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Which side of a schema: what may be sent to it, or what comes out of it. */
export type Side = 'input' | 'output';

/** The schemas of one document: those with a name (`.meta({ id })`) once, under `#/components/schemas`. */
export interface JsonSchemas {
  readonly of: (schema: z.ZodType, side: Side) => JsonSchema;
  readonly named: () => Readonly<Record<string, JsonSchema>>;
}

/** Additions are not breaking: who generates a client from an answer must let what is new there pass. */
const open = (schema: Record<string, unknown>): void => {
  if (schema['additionalProperties'] === false) delete schema['additionalProperties'];
};

/** zod writes the bounds of a safe integer with each integer: noise to whoever reads it. */
const withoutSafeBounds = (schema: Record<string, unknown>): void => {
  if (schema['minimum'] === Number.MIN_SAFE_INTEGER) delete schema['minimum'];
  if (schema['maximum'] === Number.MAX_SAFE_INTEGER) delete schema['maximum'];
};

/** Two schemas of one name, or one name with two sides, is a wrong program: it throws. */
export const createJsonSchemas = (): JsonSchemas => {
  const named = new Map<string, JsonSchema>();
  const keep = (name: string, schema: JsonSchema): void => {
    const before = named.get(name);
    if (before !== undefined && JSON.stringify(before) !== JSON.stringify(schema))
      throw new Error(`two schemas have the name ${name}`);
    named.set(name, schema);
  };
  const of = (schema: z.ZodType, side: Side): JsonSchema => {
    // Below another schema, so that one with a name becomes a reference like any other.
    const made = z.toJSONSchema(z.object({ it: schema }), {
      io: side,
      target: 'draft-2020-12',
      unrepresentable: 'any',
      override: ({ jsonSchema }) => {
        if (side === 'output') open(jsonSchema);
        withoutSafeBounds(jsonSchema);
      },
    });
    const { properties, $defs = {} } = JSON.parse(
      JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/'),
    ) as { properties: { it: JsonSchema }; $defs?: Record<string, JsonSchema> };
    for (const [name, definition] of Object.entries($defs)) keep(name, definition);
    return properties.it;
  };
  return { of, named: () => Object.fromEntries([...named].toSorted(([a], [b]) => (a < b ? -1 : 1))) };
};
